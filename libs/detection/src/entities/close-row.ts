import { hashText, type MachineLearning } from '@cortex/contracts';
import { scoreEntity, startEntity, type EntityReading } from '../multivariate/entity-detector.ts';
import { fitEntity, type EntityModel, type EntityOptions } from '../multivariate/entity-model.ts';
import { pickColumns } from '../multivariate/matrix.ts';
import { addRow, emptyWindow, rearrange, trainingRowsOf } from '../multivariate/row-window.ts';
import type { TrainingRows } from '../multivariate/training-rows.ts';
import { learnedOf, type Entity, type FitRequest } from './entity.ts';

const minuteMs = 60_000;
/**
 * Rows kept to learn from, spread evenly over the training window: more would change models little, and enlarge
 * snapshots.
 */
const windowRows = 2_048;
/** Nothing is judged before a whole day has been seen, in at least this many rows. */
const leastMinutes = 24 * 60;
const leastRows = 512;
/**
 * A new model is used this long after its rows were drawn: time to fit it on another thread, and the same time after
 * any crash.
 */
const fitAllowanceMs = 30 * minuteMs;
/** A metric that is present in fewer of the rows is not learned yet. */
const leastShare = 0.5;
/** Fewer metrics are not judged together. */
export const leastFeatures = 3;

export interface ClosedRow {
  /** Undefined while there is no model. */
  readonly reading: EntityReading | undefined;
  readonly fit: FitRequest | undefined;
  /** The number of rows of the model that judges from here on. */
  readonly adopted: number | undefined;
}

/** Judges the minute that ends at `endMs` by the minutes before it, then learns it. */
export function closeRow(
  entity: Entity,
  settings: MachineLearning,
  endMs: number,
  valueOf: (key: string) => number,
): ClosedRow {
  const adopted = adoptWhenNeeded(entity, endMs);
  const reading = judge(entity, valueOf);
  const row = Float64Array.from(entity.features, valueOf);
  const bounds = { rows: windowRows, span: Math.ceil(settings.windowMs / minuteMs) };
  entity.window = addRow(entity.window, row, (reading?.score ?? 0) > 0.5, bounds);
  const fit = isFitDue(entity, settings) ? askForFit(entity, settings, endMs) : undefined;
  return { reading, fit, adopted };
}

function judge(entity: Entity, valueOf: (key: string) => number): EntityReading | undefined {
  const { learned } = entity;
  if (learned === undefined) return undefined;
  const { state, reading } = scoreEntity(learned.state, Float64Array.from(learned.features, valueOf));
  entity.learned = { ...learned, state };
  return reading;
}

/** Takes another choice of features, as soon as possible: between two runs of the window. */
export function takeFeatures(entity: Entity, features: readonly string[]): void {
  const places = features.map((key) => {
    const place = entity.features.indexOf(key);
    return place < 0 ? undefined : place;
  });
  entity.window = entity.features.length === 0 ? emptyWindow(features.length) : rearrange(entity.window, places);
  entity.features = features;
}

function isFitDue({ window, fit, started, minute, fitted }: Entity, { retrainMs }: MachineLearning): boolean {
  if (fit !== undefined || window.seen < leastRows) return false;
  return fitted === 0 ? minute - started >= leastMinutes : (minute - fitted) * minuteMs >= retrainMs;
}

function askForFit(entity: Entity, settings: MachineLearning, endMs: number): FitRequest | undefined {
  entity.fitted = entity.minute;
  const { features, rows } = knownColumns(entity.features, trainingRowsOf(entity.window));
  if (features.length < leastFeatures || rows.rows.rows === 0) return undefined;
  const request: FitRequest = {
    key: entity.key,
    rows,
    options: entityOptions(settings),
    seed: Number.parseInt(hashText(`${entity.key}@${endMs}`).slice(0, 8), 16),
    neededAtMs: endMs + fitAllowanceMs,
  };
  entity.fit = { features, request, model: undefined };
  return request;
}

export function entityOptions({ isolationForest, autoencoder }: MachineLearning): EntityOptions {
  const { trees, sampleSize } = isolationForest;
  return { forest: { trees, sampleSize }, ...(autoencoder ? {} : { autoencoder: false }) };
}

/** Leaves out columns with too few values. */
function knownColumns(features: readonly string[], { rows, runRows }: TrainingRows) {
  const counts = features.map(() => 0);
  for (const [index, value] of rows.data.entries()) {
    if (Number.isFinite(value)) counts[index % rows.columns] = (counts[index % rows.columns] ?? 0) + 1;
  }
  const places = features.map((_, place) => place).filter((place) => (counts[place] ?? 0) >= leastShare * rows.rows);
  return { features: places.map((place) => features[place] ?? ''), rows: { rows: pickColumns(rows, places), runRows } };
}

/** The rows of the model, if one is adopted. */
function adoptWhenNeeded(entity: Entity, endMs: number): number | undefined {
  const { fit, learned } = entity;
  if (fit === undefined || endMs < fit.request.neededAtMs) return undefined;
  const { rows, options, seed } = fit.request;
  const model = fit.model ?? fitEntity(rows, options, seed);
  const isSameRow = learned?.features.join('\n') === fit.features.join('\n');
  const { before, smoothed, level } = learned?.state ?? startEntity(model);
  const memory = { before: isSameRow ? before : undefined, smoothed, level };
  entity.learned = learnedOf(fit.features, startEntity(model, memory));
  entity.fit = undefined;
  return rows.rows.rows;
}

/** The fits that were requested and not used yet. */
export function pendingFits(entities: Iterable<Entity>): readonly FitRequest[] {
  return [...entities].flatMap(({ fit }) => (fit === undefined || fit.model !== undefined ? [] : [fit.request]));
}

/** Hands over the requested model; one that is not wanted any more is ignored. */
export function deliverFit(entity: Entity | undefined, { seed }: FitRequest, model: EntityModel): void {
  if (entity?.fit?.request.seed === seed) entity.fit.model = model;
}
