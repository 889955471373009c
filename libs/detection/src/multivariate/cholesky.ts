import { dot64 } from './dot.ts';
import type { Matrix } from './matrix.ts';

/**
 * The lower triangle L with L Lᵀ = matrix + ridge · 1 (Golub and Van Loan, algorithm 4.2.2); its diagonal holds
 * reciprocals, so that solving only multiplies. Throws when the sum is not positive definite.
 */
export function choleskyOf({ columns, data }: Matrix, ridge: number): Float64Array {
  const lower = new Float64Array(columns * columns);
  for (let row = 0; row < columns; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let value = (data[row * columns + column] as number) + (row === column ? ridge : 0);
      for (let inner = 0; inner < column; inner += 1) {
        value -= (lower[row * columns + inner] as number) * (lower[column * columns + inner] as number);
      }
      if (row === column && !(value > 0)) throw new RangeError('the matrix is not positive definite');
      lower[row * columns + column] =
        row === column ? 1 / Math.sqrt(value) : value * (lower[column * columns + column] as number);
    }
  }
  return lower;
}

/** Solves L y = vector in place. */
export function solveLower(lower: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let row = 0; row < size; row += 1) {
    const from = row * size;
    const value = (vector[row] as number) - dot64(lower, from, vector, 0, row);
    vector[row] = value * (lower[from + row] as number);
  }
}

/** Solves Lᵀ y = vector in place. */
export function solveUpper(lower: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let row = size - 1; row >= 0; row -= 1) {
    let value = vector[row] as number;
    for (let below = row + 1; below < size; below += 1) {
      value -= (lower[below * size + row] as number) * (vector[below] as number);
    }
    vector[row] = value * (lower[row * size + row] as number);
  }
}
