import { matrixOf, type Matrix } from './matrix.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

/** Independent standard normal columns about a centre. */
export function normalRows(rows: number, columns: number, seed: number, centre = 0): Matrix {
  const random = seededRandom(seed);
  return matrixOf(
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => centre + normalFrom(random))),
  );
}
