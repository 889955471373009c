/** Rows of equal length, one after the other in one array. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function emptyMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** Throws when the rows differ in length. */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const matrix = emptyMatrix(rows.length, columns);
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns) throw new RangeError(`row ${index} has ${row.length} values instead of ${columns}`);
    matrix.data.set(row, index * columns);
  }
  return matrix;
}

/** A view of one row, not a copy. */
export function rowOf(matrix: Matrix, row: number): Float64Array {
  return matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
}

/** A copy of some rows. */
export function pickRows(matrix: Matrix, indices: Int32Array): Matrix {
  const picked = emptyMatrix(indices.length, matrix.columns);
  for (const [place, row] of indices.entries()) picked.data.set(rowOf(matrix, row), place * matrix.columns);
  return picked;
}

/** A copy of some columns. */
export function pickColumns(matrix: Matrix, indices: readonly number[]): Matrix {
  const picked = emptyMatrix(matrix.rows, indices.length);
  for (let row = 0; row < matrix.rows; row += 1) {
    for (const [column, index] of indices.entries()) {
      picked.data[row * indices.length + column] = matrix.data[row * matrix.columns + index] ?? Number.NaN;
    }
  }
  return picked;
}

/** Applies `score` to every row. */
export function mapRows(matrix: Matrix, score: (row: Float64Array, index: number) => number): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, index) => score(rowOf(matrix, index), index));
}
