import { z } from 'zod';
import { choleskyOf, solveLower, solveUpper } from './cholesky.ts';
import { columnMeans } from './covariance.ts';
import { dot64 } from './dot.ts';
import { emptyMatrix, pickRows, rowOf, type Matrix } from './matrix.ts';
import { pack64, unpack64 } from '../packed.ts';

/** The expected next row: a vector autoregression of order one (Lütkepohl 2005, section 3.2), with a ridge. */
export interface Forecast {
  readonly columns: number;
  /** Row by row: how much each column of the last row adds to one column of the next. */
  readonly weights: Float64Array;
  readonly offsets: Float64Array;
}

/** Fits standardised rows. `runRows` rows follow one another; then comes a gap. */
export function fitForecast(rows: Matrix, runRows: number = rows.rows, ridge = 0.03): Forecast {
  const { columns } = rows;
  const befores = pairedRows(rows, runRows, 1);
  const afters = pairedRows(rows, runRows, 0);
  const meansBefore = columnMeans(befores);
  const meansAfter = columnMeans(afters);
  const gram = emptyMatrix(columns, columns);
  const cross = emptyMatrix(columns, columns);
  for (let pair = 0; pair < befores.rows; pair += 1) {
    const before = subtract(rowOf(befores, pair), meansBefore);
    addProducts(gram.data, before, before);
    addProducts(cross.data, subtract(rowOf(afters, pair), meansAfter), before);
  }
  const lower = choleskyOf(gram, Math.max(1, befores.rows) * ridge);
  const offsets = meansAfter;
  for (let column = 0; column < columns; column += 1) {
    const weights = rowOf(cross, column);
    solveLower(lower, weights);
    solveUpper(lower, weights);
    for (let other = 0; other < columns; other += 1) {
      offsets[column] = (offsets[column] as number) - (weights[other] as number) * (meansBefore[other] as number);
    }
  }
  return { columns, weights: cross.data, offsets };
}

/** Of every row that has a predecessor, itself (`back` 0) or the predecessor (`back` 1). */
function pairedRows(rows: Matrix, runRows: number, back: number): Matrix {
  const followers = Int32Array.from({ length: rows.rows }, (_, row) => row).filter((row) => row % runRows !== 0);
  return pickRows(
    rows,
    followers.map((row) => row - back),
  );
}

function subtract(row: Float64Array, means: Float64Array): Float64Array {
  return row.map((value, column) => value - (means[column] as number));
}

function addProducts(sums: Float64Array, left: Float64Array, right: Float64Array): void {
  const columns = left.length;
  for (let row = 0; row < columns; row += 1) {
    const value = left[row] as number;
    if (value === 0) continue;
    for (let column = 0; column < columns; column += 1) {
      sums[row * columns + column] = (sums[row * columns + column] as number) + value * (right[column] as number);
    }
  }
}

/** Writes to `out` the difference between a row and its forecast from the row before. */
export function surpriseOfNext(
  { columns, weights, offsets }: Forecast,
  before: ArrayLike<number>,
  row: ArrayLike<number>,
  out: Float64Array,
): void {
  for (let column = 0; column < columns; column += 1) {
    const expected = (offsets[column] as number) + dot64(weights, column * columns, before, 0, columns);
    out[column] = (row[column] as number) - expected;
  }
}

/** The errors of the forecast on the rows it was fitted on; the first row of a run has none and is left out. */
export function forecastErrors(forecast: Forecast, rows: Matrix, runRows: number = rows.rows): Matrix {
  const befores = pairedRows(rows, runRows, 1);
  const errors = pairedRows(rows, runRows, 0);
  for (let pair = 0; pair < errors.rows; pair += 1) {
    const error = rowOf(errors, pair);
    surpriseOfNext(forecast, rowOf(befores, pair), error, error);
  }
  return errors;
}

const Saved = z.strictObject({ columns: z.int().positive(), weights: z.string(), offsets: z.string() });

/** The forecast as JSON: restored from it, it expects the same. */
export function saveForecast({ columns, weights, offsets }: Forecast): z.infer<typeof Saved> {
  return { columns, weights: pack64(weights), offsets: pack64(offsets) };
}

/** Undoes {@link saveForecast}. Throws on anything else. */
export function restoreForecast(value: unknown): Forecast {
  const { columns, weights, offsets } = Saved.parse(value);
  return { columns, weights: unpack64(weights, columns * columns), offsets: unpack64(offsets, columns) };
}
