import { z } from 'zod';
import { emptyMatrix, rowOf, type Matrix } from './matrix.ts';
import { pack64, unpack64 } from '../packed.ts';

/** Per column: what to subtract, what to divide by, and the limit of the result. */
export interface Scaler {
  readonly centres: Float64Array;
  readonly scales: Float64Array;
  readonly limits: Float64Array;
}

/** Deviations are cut off here: one broken column must not hide the rest. */
const limit = 30;
/** A column that was always zero has no scale of its own: any other value counts as this many deviations. */
const limitOfSilentColumn = 10;
/**
 * The least deviation, as a share of the column's range and of its mean, so that a nearly constant column does not
 * exaggerate.
 */
const leastShare = 0.02;

/** Mean and standard deviation of every column, the deviation being no less than 2 % of the range and of the mean. */
export function fitScaler(rows: Matrix): Scaler {
  const { columns, data } = rows;
  const scaler = {
    centres: new Float64Array(columns),
    scales: new Float64Array(columns),
    limits: new Float64Array(columns).fill(limit),
  };
  for (let column = 0; column < columns; column += 1) {
    let mean = 0;
    let squares = 0;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows.rows; row += 1) {
      const value = data[row * columns + column] as number;
      const before = value - mean;
      mean += before / (row + 1);
      squares += before * (value - mean);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const deviation = Math.sqrt(squares / Math.max(1, rows.rows));
    const scale = Math.max(deviation, leastShare * Math.max(high - low, Math.abs(mean)));
    scaler.centres[column] = mean;
    // The least positive number: every difference from zero reaches the limit.
    scaler.scales[column] = scale > 0 ? scale : Number.MIN_VALUE;
    if (scale === 0) scaler.limits[column] = limitOfSilentColumn;
  }
  return scaler;
}

/** Writes the standardised row to `out`. A value that is not a number counts as normal: a gap is no deviation. */
export function standardise({ centres, scales, limits }: Scaler, row: ArrayLike<number>, out: Float64Array): void {
  for (let column = 0; column < centres.length; column += 1) {
    const most = limits[column] as number;
    const value = ((row[column] as number) - (centres[column] as number)) / (scales[column] as number);
    out[column] = Number.isNaN(value) ? 0 : Math.min(most, Math.max(-most, value));
  }
}

export function standardiseRows(scaler: Scaler, rows: Matrix): Matrix {
  const standard = emptyMatrix(rows.rows, rows.columns);
  for (let row = 0; row < rows.rows; row += 1) standardise(scaler, rowOf(rows, row), rowOf(standard, row));
  return standard;
}

const Saved = z.strictObject({
  columns: z.int().positive(),
  centres: z.string(),
  scales: z.string(),
  limits: z.string(),
});

/** The scaler as JSON. */
export function saveScaler({ centres, scales, limits }: Scaler): z.infer<typeof Saved> {
  return { columns: centres.length, centres: pack64(centres), scales: pack64(scales), limits: pack64(limits) };
}

/** Undoes {@link saveScaler}. Throws on anything else. */
export function restoreScaler(value: unknown): Scaler {
  const { columns, centres, scales, limits } = Saved.parse(value);
  return {
    centres: unpack64(centres, columns),
    scales: unpack64(scales, columns),
    limits: unpack64(limits, columns),
  };
}
