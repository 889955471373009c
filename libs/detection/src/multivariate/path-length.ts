const eulerMascheroni = 0.577_215_664_901_532_9;

/** The mean path length of an unsuccessful search among `rows` rows: 2H(n − 1) − 2(n − 1)/n (Liu et al. 2008, eq. 1). */
export function averagePathLength(rows: number): number {
  return rows <= 1 ? 0 : 2 * harmonic(rows - 1) - (2 * (rows - 1)) / rows;
}

/** Exact sums for small numbers; beyond, the asymptotic series, whose error is below 1e-11 from 256 on. */
function harmonic(count: number): number {
  if (count > 256) return Math.log(count) + eulerMascheroni + 1 / (2 * count) - 1 / (12 * count * count);
  let sum = 0;
  for (let term = count; term >= 1; term -= 1) sum += 1 / term;
  return sum;
}
