/** A deviation that one sample in ten thousand reaches has the score 0.5. */
const middleSurprise = 4;

/**
 * The calibrated score of a deviation: S² / (S² + 4²), where S is its surprise, −log₁₀ of how often the series deviates at
 * least as much. 0.06 for one in ten, 0.2 for one in a hundred, 0.5 for one in ten thousand, 0.9 for one in 10¹². One scale
 * for every algorithm and every series, whatever its unit.
 */
export function tailScore(surprise: number): number {
  const square = surprise * surprise;
  return square / (square + middleSurprise * middleSurprise);
}
