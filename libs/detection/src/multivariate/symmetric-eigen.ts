import { emptyMatrix, type Matrix } from './matrix.ts';

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** The eigenvector of each value, a row each. */
  readonly vectors: Matrix;
}

const maxSweeps = 60;

/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, section 8.5). */
export function symmetricEigen(matrix: Matrix): Eigen {
  const size = matrix.columns;
  const a = matrix.data.slice();
  const v = emptyMatrix(size, size).data;
  for (let index = 0; index < size; index += 1) v[index * size + index] = 1;
  for (let sweep = 0; sweep < maxSweeps && !isDiagonal(a, size); sweep += 1) {
    for (let one = 0; one < size; one += 1) {
      for (let other = one + 1; other < size; other += 1) rotate(a, v, size, one, other);
    }
  }
  const order = Int32Array.from({ length: size }, (_, index) => index).sort(
    (left, right) => (a[right * size + right] as number) - (a[left * size + left] as number),
  );
  const vectors = emptyMatrix(size, size);
  for (const [place, index] of order.entries()) {
    vectors.data.set(v.subarray(index * size, (index + 1) * size), place * size);
  }
  return { values: Float64Array.from(order, (index) => a[index * size + index] as number), vectors };
}

function isDiagonal(a: Float64Array, size: number): boolean {
  let off = 0;
  let all = 0;
  for (const [index, value] of a.entries()) {
    all += value * value;
    if (Math.floor(index / size) !== index % size) off += value * value;
  }
  return off <= all * 1e-28;
}

/** Turns the plane of two axes so that their common element vanishes. The rows of `v` turn along. */
function rotate(a: Float64Array, v: Float64Array, size: number, one: number, other: number): void {
  const common = a[one * size + other] as number;
  if (common === 0) return;
  const theta = ((a[other * size + other] as number) - (a[one * size + one] as number)) / (2 * common);
  const tangent = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  turn(a, size, one, other, size, cosine, sine);
  turn(a, size, one * size, other * size, 1, cosine, sine);
  turn(v, size, one * size, other * size, 1, cosine, sine);
}

/** Turns two rows (step 1) or two columns (step `size`). */
function turn(
  values: Float64Array,
  size: number,
  one: number,
  other: number,
  step: number,
  cosine: number,
  sine: number,
): void {
  for (let index = 0; index < size * step; index += step) {
    const left = values[one + index] as number;
    const right = values[other + index] as number;
    values[one + index] = cosine * left - sine * right;
    values[other + index] = sine * left + cosine * right;
  }
}
