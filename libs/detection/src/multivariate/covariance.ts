import { emptyMatrix, type Matrix } from './matrix.ts';

export function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      means[column] = (means[column] as number) + (data[row * columns + column] as number);
    }
  }
  return means.map((sum) => sum / Math.max(1, rows));
}

/** The covariance of the columns about `means`, divided by the number of rows. */
export function covariance(rows: Matrix, means: Float64Array): Matrix {
  const { columns, data } = rows;
  const result = emptyMatrix(columns, columns);
  const sums = result.data;
  const centred = new Float64Array(columns);
  for (let row = 0; row < rows.rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      centred[column] = (data[row * columns + column] as number) - (means[column] as number);
    }
    for (let one = 0; one < columns; one += 1) {
      const value = centred[one] as number;
      if (value === 0) continue;
      for (let other = 0; other <= one; other += 1) {
        sums[one * columns + other] = (sums[one * columns + other] as number) + value * (centred[other] as number);
      }
    }
  }
  for (let one = 0; one < columns; one += 1) {
    for (let other = 0; other <= one; other += 1) {
      const value = (sums[one * columns + other] as number) / Math.max(1, rows.rows);
      sums[one * columns + other] = value;
      sums[other * columns + one] = value;
    }
  }
  return result;
}
