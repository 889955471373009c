/** A deviation that one sample in a hundred thousand reaches has the score 0.5. */
const middleSurprise = 5;

/**
 * The calibrated score of a deviation: S² / (S² + 5²), where S is its surprise, −log₁₀ of how often the series deviates at
 * least as much. 0.04 for one in ten, 0.14 for one in a hundred, 0.5 for one in a hundred thousand, 0.9 for one in 10¹⁵. One scale
 * for every algorithm and every series, whatever its unit.
 */
export function tailScore(surprise: number): number {
  const square = surprise * surprise;
  return square / (square + middleSurprise * middleSurprise);
}
