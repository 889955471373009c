/**
 * −log₁₀ of the chance that `count` or more of many independent things happen where `expected` are expected (Poisson's upper
 * tail). 0 where as many were to be expected anyway.
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
