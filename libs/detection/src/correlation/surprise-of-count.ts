/**
 * −log₁₀ of the chance that `count` or more of many independent events happen where `expected` are expected (Poisson's
 * upper tail). 0 where `count` is not more than expected.
 */
export function surpriseOfCount(count: number, expected: number): number {
  if (count <= expected || expected <= 0) return 0;
  let logTerm = -expected;
  for (let factor = 1; factor <= count; factor += 1) logTerm += Math.log(expected / factor);
  let term = 1;
  let sum = 1;
  for (let next = count + 1; term > 1e-9 * sum; next += 1) {
    term *= expected / next;
    sum += term;
  }
  return Math.max(0, -(logTerm + Math.log(sum)) / Math.LN10);
}
