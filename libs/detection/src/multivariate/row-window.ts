import { z } from 'zod';
import { emptyMatrix } from './matrix.ts';
import { pack32, unpack32 } from '../packed.ts';
import { shortRun, type TrainingRows } from './training-rows.ts';

/** A bounded sample of a stream: short runs of rows that followed one another, in 32 bits a value. Never changed in place. */
export interface RowWindow {
  readonly columns: number;
  /** Whole runs, the oldest first. */
  readonly runs: readonly RowRun[];
  /** The rows since the last whole run. */
  readonly open: readonly Float32Array[];
  /** How many of these were anomalous. */
  readonly openAnomalous: number;
  /** Rows seen in all. */
  readonly seen: number;
}

export interface RowRun {
  /** The number of its first row. */
  readonly start: number;
  readonly data: Float32Array;
  /** Where the anomalous stretch began that it belongs to; undefined for a normal run. */
  readonly strangeSince: number | undefined;
}

/** A run is anomalous when this share of its rows is. */
const anomalousShare = 0.1;
/** An anomaly that lasts longer is a new normal: 17 hours of minutes. */
const passingRows = 1_024;

export interface WindowBounds {
  /** Rows kept at most. */
  readonly rows: number;
  /** Rows older than this many are dropped. */
  readonly span: number;
}

export function emptyWindow(columns: number): RowWindow {
  return { columns, runs: [], open: [], openAnomalous: 0, seen: 0 };
}

export function addRow(
  window: RowWindow,
  row: ArrayLike<number>,
  isAnomalous: boolean,
  bounds: WindowBounds,
): RowWindow {
  const seen = window.seen + 1;
  const open = [...window.open, Float32Array.from(row)];
  const anomalous = window.openAnomalous + Number(isAnomalous);
  if (open.length < shortRun) return { ...window, open, openAnomalous: anomalous, seen };
  const data = new Float32Array(shortRun * window.columns);
  for (const [index, values] of open.entries()) data.set(values, index * window.columns);
  const start = seen - shortRun;
  const isStrange = anomalous >= anomalousShare * shortRun;
  const last = window.runs.at(-1);
  const strangeSince = isStrange ? (last?.strangeSince ?? start) : undefined;
  const runs = [...window.runs, { start, data, strangeSince }].filter((run) => run.start + bounds.span >= seen);
  const most = Math.max(1, Math.floor(bounds.rows / shortRun));
  return { ...window, runs: runs.length > most ? withoutDensest(runs) : runs, open: [], openAnomalous: 0, seen };
}

/**
 * The same rows with other columns: `places[i]` is the old place of column i, or undefined for a new one, whose past is
 * a gap. Only between runs.
 */
export function rearrange(window: RowWindow, places: readonly (number | undefined)[]): RowWindow {
  if (window.open.length > 0) throw new RangeError('columns change between runs only');
  const runs = window.runs.map((run) => ({ ...run, data: rearrangeRows(run.data, window.columns, places) }));
  return { ...window, columns: places.length, runs };
}

function rearrangeRows(data: Float32Array, columns: number, places: readonly (number | undefined)[]): Float32Array {
  const moved = new Float32Array(shortRun * places.length).fill(Number.NaN);
  for (const [column, place] of places.entries()) {
    if (place === undefined) continue;
    for (let row = 0; row < shortRun; row += 1) {
      moved[row * places.length + column] = data[row * columns + place] ?? Number.NaN;
    }
  }
  return moved;
}

/** Removes the run whose neighbours are nearest to one another, so that the rest stays evenly spread. */
function withoutDensest(runs: readonly RowRun[]): readonly RowRun[] {
  let densest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < runs.length - 1; index += 1) {
    const between = (runs[index + 1]?.start ?? 0) - (runs[index - 1]?.start ?? 0);
    if (between >= least) continue;
    least = between;
    densest = index;
  }
  return runs.toSpliced(densest, 1);
}

/** The rows to learn from: the whole runs without passing anomalies, or the open run when there are no whole ones. */
export function trainingRowsOf(window: RowWindow): TrainingRows {
  const { columns, open } = window;
  const runs = withoutPassingAnomalies(window.runs);
  if (runs.length === 0) {
    const rows = emptyMatrix(open.length, columns);
    for (const [index, values] of open.entries()) rows.data.set(values, index * columns);
    return { rows, runRows: Math.max(1, open.length) };
  }
  const rows = emptyMatrix(runs.length * shortRun, columns);
  for (const [index, { data }] of runs.entries()) rows.data.set(data, index * data.length);
  return { rows, runRows: shortRun };
}

/** Rows that stayed anomalous for long are the new normal and are learned; a passing anomaly is not. */
function withoutPassingAnomalies(runs: readonly RowRun[]): readonly RowRun[] {
  const ends = new Map<number, number>();
  for (const { start, strangeSince } of runs) {
    if (strangeSince !== undefined) ends.set(strangeSince, start + shortRun);
  }
  return runs.filter(({ strangeSince }) => {
    return strangeSince === undefined || (ends.get(strangeSince) ?? 0) - strangeSince > passingRows;
  });
}

const Saved = z.strictObject({
  columns: z.int().positive(),
  runs: z.array(z.strictObject({ start: z.int().min(0), data: z.string(), strangeSince: z.int().min(0).optional() })),
  open: z.array(z.string()).max(shortRun - 1),
  openAnomalous: z.int().min(0),
  seen: z.int().min(0),
});

/** The window as JSON. */
export function saveWindow({ columns, runs, open, openAnomalous, seen }: RowWindow): z.infer<typeof Saved> {
  return {
    columns,
    runs: runs.map(({ start, data, strangeSince }) => ({
      start,
      data: pack32(data),
      ...(strangeSince === undefined ? {} : { strangeSince }),
    })),
    open: open.map(pack32),
    openAnomalous,
    seen,
  };
}

/** Undoes {@link saveWindow}. Throws on anything else. */
export function restoreWindow(value: unknown): RowWindow {
  const { columns, runs, open, ...counts } = Saved.parse(value);
  return {
    ...counts,
    columns,
    runs: runs.map(({ start, data, strangeSince }) => ({
      start,
      data: unpack32(data, shortRun * columns),
      strangeSince,
    })),
    open: open.map((row) => unpack32(row, columns)),
  };
}
