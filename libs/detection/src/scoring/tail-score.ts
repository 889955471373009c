/**
 * The surprise of a deviation of `z` standard deviations, in nats: −ln P(|X| ≥ z) for a normal X. Computed in logarithms
 * (Chebyshev fit of erfc, relative error below 1.2e-7), so that z = 1,000 is as exact as z = 1.
 */
export function surprise(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  let polynomial = 0;
  for (const coefficient of erfcCoefficients) polynomial = polynomial * t + coefficient;
  return Math.max(0, x * x - polynomial - Math.log(t));
}

const erfcCoefficients = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223,
] as const;

/**
 * The calibrated score of a deviation: S² / (S² + S₀²), where S is its surprise and S₀ the surprise at the threshold.
 * 0 for no deviation, 0.04 at one deviation of three allowed, exactly 0.5 at the threshold, 0.86 at 5 of 3, 0.99 at 10
 * of 3. One scale for every algorithm and every series, whatever its unit.
 */
export function tailScore(z: number, threshold: number): number {
  if (!Number.isFinite(z)) return 1;
  const ratio = surprise(z) / surprise(threshold);
  const square = ratio * ratio;
  return Number.isFinite(square) ? square / (square + 1) : 1;
}
