import { scoreEntity, startEntity, type EntityReading, type EntityState } from './entity-detector.ts';
import { fitEntity, type EntityModel, type EntityOptions } from './entity-model.ts';
import { addRow, emptyWindow, trainingRowsOf, type RowWindow } from './row-window.ts';
import type { TrainingRows } from './training-rows.ts';

export interface StreamOptions extends EntityOptions {
  /** Nothing is judged before this many rows: default 1,024. */
  readonly firstFitRows?: number;
  /** A model is outdated after this many rows, early ones after as many as they have seen: default 4,096. */
  readonly refitRows?: number;
  /** Rows kept to learn from: default 8,192. */
  readonly windowRows?: number;
  /** Older rows are dropped: default 40,320, which is four weeks of minutes. */
  readonly windowSpan?: number;
}

/** An entity that learns from its own past alone. */
export interface EntityStream {
  readonly window: RowWindow;
  readonly entity: EntityState | undefined;
  /** Rows seen when the model was last fitted. */
  readonly fittedAt: number;
}

export interface StreamStep {
  readonly stream: EntityStream;
  /** Undefined until the first model. */
  readonly reading: EntityReading | undefined;
  /** There are enough new rows to fit again: {@link trainingRows} gives them, {@link adoptModel} takes the result. */
  readonly isFitDue: boolean;
}

const defaults = { firstFitRows: 1_024, refitRows: 4_096, windowRows: 8_192, windowSpan: 40_320 };

export function emptyStream(columns: number): EntityStream {
  return { window: emptyWindow(columns), entity: undefined, fittedAt: 0 };
}

/** Judges a row by the rows before it, then learns it. */
export function observeRow(stream: EntityStream, row: ArrayLike<number>, options: StreamOptions = {}): StreamStep {
  const { firstFitRows, refitRows, windowRows, windowSpan } = { ...defaults, ...options };
  const step = stream.entity === undefined ? undefined : scoreEntity(stream.entity, row);
  const window = addRow(stream.window, row, (step?.reading.score ?? 0) > 0.5, { rows: windowRows, span: windowSpan });
  const since = window.seen - stream.fittedAt;
  return {
    stream: { ...stream, window, entity: step?.state },
    reading: step?.reading,
    isFitDue: stream.fittedAt === 0 ? since >= firstFitRows : since >= Math.min(refitRows, stream.fittedAt),
  };
}

/** The rows to fit the next model on, with {@link fitEntity}, here or on another thread. */
export function trainingRows(stream: EntityStream): TrainingRows {
  return trainingRowsOf(stream.window);
}

/** Judges the following rows by a new model. */
export function adoptModel(stream: EntityStream, model: EntityModel): EntityStream {
  const { before, smoothed, level } = stream.entity ?? startEntity(model);
  return { ...stream, fittedAt: stream.window.seen, entity: startEntity(model, { before, smoothed, level }) };
}

/** Observes a row and fits at once when that is due, for callers that have the time. */
export function observeAndFit(
  stream: EntityStream,
  row: ArrayLike<number>,
  options: StreamOptions,
  seed: number,
): Omit<StreamStep, 'isFitDue'> {
  const { stream: next, reading, isFitDue } = observeRow(stream, row, options);
  if (!isFitDue) return { stream: next, reading };
  return { stream: adoptModel(next, fitEntity(trainingRows(next), options, seed + next.window.seen)), reading };
}
