import { z } from 'zod';
import { columnMeans, covariance } from './covariance.ts';
import { dot64 } from './dot.ts';
import type { Matrix } from './matrix.ts';
import { pack64, unpack64 } from '../packed.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface PcaOptions {
  /** Enough components to explain this share of the variance: default 0.9. */
  readonly explained?: number;
  /** At most so many: default 32. At least one dimension always remains for the residual. */
  readonly maxComponents?: number;
}

/** The plane that the rows lie near (Jackson and Mudholkar 1979). */
export interface Pca {
  readonly means: Float64Array;
  readonly components: number;
  /** Orthonormal directions of the plane, one after the other. */
  readonly directions: Float64Array;
  /** How far the means lie along each of them. */
  readonly offsets: Float64Array;
}

/** Fits standardised rows. */
export function fitPca(rows: Matrix, { explained = 0.9, maxComponents = 32 }: PcaOptions = {}): Pca {
  const means = columnMeans(rows);
  const { values, vectors } = symmetricEigen(covariance(rows, means));
  const components = countComponents(values, explained, Math.min(maxComponents, rows.columns - 1));
  return planeOf(means, components, vectors.data.slice(0, components * rows.columns));
}

function planeOf(means: Float64Array, components: number, directions: Float64Array): Pca {
  const columns = means.length;
  const offsets = Float64Array.from({ length: components }, (_, component) =>
    dot64(directions, component * columns, means, 0, columns),
  );
  return { means, components, directions, offsets };
}

function countComponents(values: Float64Array, explained: number, most: number): number {
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let sum = 0;
  for (let count = 0; count < most; count += 1) {
    // A tolerance, for the last of several exact components may carry nothing but rounding.
    if (sum >= explained * total * (1 - 1e-12)) return count;
    sum += values[count] as number;
  }
  return most;
}

/** The Q statistic: the squared distance of a row from the plane. */
export function pcaResidual({ means, components, directions, offsets }: Pca, row: ArrayLike<number>): number {
  const columns = means.length;
  let squares = 0;
  for (let column = 0; column < columns; column += 1) {
    const centred = (row[column] as number) - (means[column] as number);
    squares += centred * centred;
  }
  let explained = 0;
  for (let component = 0; component < components; component += 1) {
    const along = dot64(directions, component * columns, row, 0, columns) - (offsets[component] as number);
    explained += along * along;
  }
  return Math.max(0, squares - explained);
}

const Saved = z.strictObject({
  columns: z.int().positive(),
  components: z.int().min(0),
  means: z.string(),
  directions: z.string(),
});

/** The plane as JSON: restored from it, it scores identically. */
export function savePca({ means, components, directions }: Pca): z.infer<typeof Saved> {
  return { columns: means.length, components, means: pack64(means), directions: pack64(directions) };
}

/** Undoes {@link savePca}. Throws on anything else. */
export function restorePca(value: unknown): Pca {
  const { columns, components, means, directions } = Saved.parse(value);
  return planeOf(unpack64(means, columns), components, unpack64(directions, components * columns));
}
