import { emptyMatrix, pickRows, type Matrix } from './matrix.ts';

/** Rows to learn from: runs of `runRows` that followed one another, with gaps between the runs. */
export interface TrainingRows {
  readonly rows: Matrix;
  readonly runRows: number;
}

/** Long enough to learn how rows follow one another, short enough to see many times of the day. */
export const shortRun = 64;

/** At most about `most` rows: unchanged when there are no more, else short runs spread evenly over all of them. */
export function thinRows({ rows, runRows }: TrainingRows, most: number): TrainingRows {
  if (rows.rows <= most) return { rows, runRows };
  // Short runs of whole ones; rows that came in shorter runs keep theirs.
  const run = Math.min(shortRun, runRows);
  const available = Math.floor(rows.rows / run);
  const kept = Math.max(1, Math.floor(most / run));
  const indices = Int32Array.from({ length: kept * run }, (_, index) => {
    const source = Math.floor((Math.floor(index / run) * available) / kept);
    return source * run + (index % run);
  });
  return { rows: pickRows(rows, indices), runRows: run };
}

/** The same runs with every value finite: gaps of a column are filled with its last value before, else its first, else 0. */
export function fillGaps({ rows, runRows: run }: TrainingRows): TrainingRows {
  if (rows.data.every(Number.isFinite)) return { rows, runRows: run };
  const filled = emptyMatrix(rows.rows, rows.columns);
  for (const [index, value] of rows.data.entries()) {
    const before = index < rows.columns ? firstFinite(rows, index) : (filled.data[index - rows.columns] ?? 0);
    filled.data[index] = Number.isFinite(value) ? value : before;
  }
  return { rows: filled, runRows: run };
}

function firstFinite({ columns, data }: Matrix, column: number): number {
  for (let index = column; index < data.length; index += columns) {
    const value = data[index] ?? 0;
    if (Number.isFinite(value)) return value;
  }
  return 0;
}
