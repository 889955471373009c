import { z } from 'zod';
import { choleskyOf, solveLower } from './cholesky.ts';
import { columnMeans, covariance } from './covariance.ts';
import type { Matrix } from './matrix.ts';
import { pack64, unpack64 } from '../packed.ts';

/**
 * The squared Mahalanobis distance with a ridge: (x − m)ᵀ (C + ridge · 1)⁻¹ (x − m). Far directions of little variance count
 * much and those of great variance little, as in the T² and Q statistics of a PCA of every rank at once; the ridge bounds how
 * much a direction without variance may count (Ledoit and Wolf 2004).
 */
export interface RidgeDistance {
  readonly means: Float64Array;
  readonly lower: Float64Array;
}

/** Fits standardised rows; ridge 1 is then one column's own variance. */
export function fitRidgeDistance(rows: Matrix, ridge = 1): RidgeDistance {
  const means = columnMeans(rows);
  return { means, lower: choleskyOf(covariance(rows, means), ridge) };
}

/** The squared distance. `scratch` holds as many numbers as a row and is overwritten. */
export function ridgeDistance({ means, lower }: RidgeDistance, row: ArrayLike<number>, scratch: Float64Array): number {
  for (let column = 0; column < means.length; column += 1) {
    scratch[column] = (row[column] as number) - (means[column] as number);
  }
  solveLower(lower, scratch);
  let squares = 0;
  for (const value of scratch) squares += value * value;
  return squares;
}

const Saved = z.strictObject({ columns: z.int().positive(), means: z.string(), lower: z.string() });

/** The distance as JSON: restored from it, it measures identically. */
export function saveRidgeDistance({ means, lower }: RidgeDistance): z.infer<typeof Saved> {
  return { columns: means.length, means: pack64(means), lower: pack64(lower) };
}

/** Undoes {@link saveRidgeDistance}. Throws on anything else. */
export function restoreRidgeDistance(value: unknown): RidgeDistance {
  const { columns, means, lower } = Saved.parse(value);
  return { means: unpack64(means, columns), lower: unpack64(lower, columns * columns) };
}
