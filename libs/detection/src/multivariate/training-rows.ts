import { emptyMatrix, pickRows, type Matrix } from './matrix.ts';

/** Rows to learn from: runs of `runRows` that followed one another, with gaps between the runs. */
export interface TrainingRows {
  readonly rows: Matrix;
  readonly runRows: number;
}

/** Long enough for what follows from the row before, short enough to see many times of the day. */
export const runRows = 64;

/** No more than about `most` rows, as runs spread evenly over all of them; all in one run when they are no more. */
export function thinRows(rows: Matrix, most: number): TrainingRows {
  if (rows.rows <= most) return { rows, runRows: Math.max(1, rows.rows) };
  const kept = Math.max(1, Math.floor(most / runRows));
  const indices = new Int32Array(kept * runRows);
  for (let run = 0; run < kept; run += 1) {
    const start = Math.floor((run * (rows.rows - runRows)) / Math.max(1, kept - 1));
    for (let row = 0; row < runRows; row += 1) indices[run * runRows + row] = start + row;
  }
  return { rows: pickRows(rows, indices), runRows };
}

/** The same runs with every value finite: gaps of a column are filled with its last value before, or 0. */
export function fillGaps({ rows, runRows: run }: TrainingRows): TrainingRows {
  if (rows.data.every(Number.isFinite)) return { rows, runRows: run };
  const filled = emptyMatrix(rows.rows, rows.columns);
  for (const [index, value] of rows.data.entries()) {
    filled.data[index] = Number.isFinite(value) ? value : (filled.data[index - rows.columns] ?? 0);
  }
  return { rows: filled, runRows: run };
}
