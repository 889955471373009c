import { z } from 'zod';
import type { EntityState } from '../multivariate/entity-detector.ts';
import { restoreEntity, saveEntity } from '../multivariate/entity-form.ts';
import type { EntityModel, EntityOptions } from '../multivariate/entity-model.ts';
import { emptyWindow, restoreWindow, saveWindow, type RowWindow } from '../multivariate/row-window.ts';
import type { TrainingRows } from '../multivariate/training-rows.ts';
import { pack32, unpack32 } from '../packed.ts';
import { SurpriseHistory } from './surprise-history.ts';

/** The normal joint behaviour of all metrics of one instance. Changed in place, minute by minute. */
export interface Entity {
  /** Service and instance. */
  readonly key: string;
  /** Keys of the series in the rows of the window. */
  features: readonly string[];
  /** Number of series of the instance when the features were last chosen. */
  choices: number;
  /** The first minute and the present one, counted from the epoch. */
  started: number;
  minute: number;
  /** The rows that models are fitted on. */
  window: RowWindow;
  learned: Learned | undefined;
  /** The history that scores are judged by: a model's own expectation is too optimistic. */
  readonly surprises: SurpriseHistory;
  /** The minute in which the last fit was requested; 0 for none. */
  fitted: number;
  fit: PendingFit | undefined;
}

/** A model, and the keys of the series whose values it takes, in its order. */
export interface Learned {
  readonly features: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly state: EntityState;
}

/** A slow fit: making it on another thread in time saves the detection from making it when it is needed. */
export interface FitRequest {
  /** The entity. */
  readonly key: string;
  readonly rows: TrainingRows;
  readonly options: EntityOptions;
  /** Together with the rows and options it determines the model. */
  readonly seed: number;
  /** The model judges from the first row at or after this time on, neither earlier nor later. */
  readonly neededAtMs: number;
}

interface PendingFit {
  readonly features: readonly string[];
  readonly request: FitRequest;
  /** The result, if it has been delivered. */
  model: EntityModel | undefined;
}

export function emptyEntity(key: string): Entity {
  return {
    key,
    features: [],
    choices: 0,
    started: 0,
    minute: 0,
    window: emptyWindow(0),
    learned: undefined,
    surprises: new SurpriseHistory(),
    fitted: 0,
    fit: undefined,
  };
}

export function learnedOf(features: readonly string[], state: EntityState): Learned {
  return { features, state, places: new Map(features.map((key, place) => [key, place])) };
}

const Saved = z.strictObject({
  key: z.string(),
  features: z.array(z.string()),
  choices: z.number(),
  started: z.number(),
  minute: z.number(),
  window: z.unknown().optional(),
  learned: z.strictObject({ features: z.array(z.string()), state: z.unknown() }).optional(),
  surprises: z.string(),
  fitted: z.number(),
  fit: z
    .strictObject({
      features: z.array(z.string()),
      rows: z.string(),
      runRows: z.number(),
      seed: z.number(),
      neededAtMs: z.number(),
    })
    .optional(),
});

/** The entity as JSON. A model that was delivered but is not in use yet is left out: it can be fitted again. */
export function saveEntityOf({ window, learned, surprises, fit, ...entity }: Entity) {
  return {
    ...entity,
    surprises: surprises.save(),
    ...(entity.features.length === 0 ? {} : { window: saveWindow(window) }),
    ...(learned === undefined ? {} : { learned: { features: learned.features, state: saveEntity(learned.state) } }),
    ...(fit === undefined ? {} : { fit: saveFit(fit) }),
  };
}

function saveFit({ features, request: { rows, seed, neededAtMs } }: PendingFit) {
  return { features, rows: pack32(Float32Array.from(rows.rows.data)), runRows: rows.runRows, seed, neededAtMs };
}

/** Undoes {@link saveEntityOf}. Throws on anything else. */
export function restoreEntityOf(value: unknown, options: EntityOptions): Entity {
  const { window, learned, surprises, fit, ...saved } = Saved.parse(value);
  return {
    ...saved,
    surprises: SurpriseHistory.restore(surprises),
    window: window === undefined ? emptyWindow(0) : restoreWindow(window),
    learned: learned === undefined ? undefined : learnedOf(learned.features, restoreEntity(learned.state)),
    fit: fit === undefined ? undefined : restoreFit(saved.key, fit, options),
  };
}

function restoreFit(
  key: string,
  { features, rows, runRows, seed, neededAtMs }: NonNullable<z.infer<typeof Saved>['fit']>,
  options: EntityOptions,
): PendingFit {
  const data = Float64Array.from(unpack32(rows));
  const columns = features.length;
  const training = { rows: { rows: data.length / columns, columns, data }, runRows };
  return { features, request: { key, rows: training, options, seed, neededAtMs }, model: undefined };
}
