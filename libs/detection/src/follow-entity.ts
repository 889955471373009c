import { draft, modelRetrained, type EventDraft } from '@cortex/contracts';
import type { Sample } from './detectors/detector.ts';
import { behaviorMetric, behaviorOf, describeBehavior } from './entities/behavior.ts';
import { closeRow, leastFeatures, takeFeatures } from './entities/close-row.ts';
import type { Entity, FitRequest } from './entities/entity.ts';
import { chooseFeatures } from './entities/features.ts';
import { outstandingDeviation, entityScoreOf, entityScoreAt } from './entities/entity-score.ts';
import type { EntityReading } from './multivariate/entity-detector.ts';
import { findOrCreate, type PartitionState } from './partition.ts';
import type { EntityScore } from './series/entity-score.ts';
import { stepSeries, type Series } from './series/series.ts';
import { tellSeries } from './tell-series.ts';
import { currentForMs } from './series/threshold-trigger.ts';
import type { DetectionSettings } from './settings.ts';

const minuteMs = 60_000;

/** What following entities yields beside the scores. */
export interface EntityChanges {
  readonly drafts: EventDraft[];
  readonly fits: FitRequest[];
}

/**
 * The joint score of all metrics of an instance for the next sample of a series. The first sample of a minute closes
 * the minute before: it becomes a row, judged as a metric of its own and then learned.
 */
export function followEntity(
  settings: DetectionSettings,
  state: PartitionState,
  series: Series,
  sample: Sample,
  changes: EntityChanges,
): EntityScore | undefined {
  const { machineLearning } = settings;
  const entity = state.entities.get(series.instanceKey);
  if (!machineLearning.enabled || entity === undefined || series.identity.metric === behaviorMetric) return undefined;
  const minute = Math.floor(sample.timeMs / minuteMs);
  if (minute > entity.minute) {
    if (entity.started === 0) entity.started = minute;
    else passMinute(settings, state, entity, series, changes);
    entity.minute = minute;
  }
  const { key } = series;
  const { timeMs, value } = sample;
  const deviation = outstandingDeviation(entity, key, value);
  // Usually nothing stands out, and most samples end here.
  if (deviation === undefined) return undefined;
  const before = valuesAt(state, timeMs);
  return entityScoreAt(entity, machineLearning, deviation, (feature) => (feature === key ? value : before(feature)));
}

function passMinute(
  settings: DetectionSettings,
  state: PartitionState,
  entity: Entity,
  series: Series,
  changes: EntityChanges,
): void {
  chooseWhenDue(settings, state, entity);
  if (entity.features.length < leastFeatures) return;
  const endMs = (entity.minute + 1) * minuteMs;
  const { reading, fit, adopted } = closeRow(entity, settings.machineLearning, endMs, valuesAt(state, endMs));
  if (fit !== undefined) changes.fits.push(fit);
  if (adopted !== undefined) changes.drafts.push(retrained(series, endMs, adopted));
  if (reading !== undefined) judgeBehavior(settings, state, entity, { series, reading, endMs }, changes);
}

/** When series of the instance were added or removed, chooses its features anew, between two runs of rows. */
function chooseWhenDue(settings: DetectionSettings, state: PartitionState, entity: Entity): void {
  const metrics = state.instances.get(entity.key) ?? new Map<string, ReadonlySet<string>>();
  let count = 0;
  for (const keys of metrics.values()) count += keys.size;
  if (count === entity.choices || entity.window.open.length > 0) return;
  entity.choices = count;
  const all = [...metrics]
    .filter(([metric]) => metric !== behaviorMetric)
    .flatMap(([, keys]) => [...keys].map((key) => state.series.get(key)))
    .filter((one) => one !== undefined);
  const features = chooseFeatures(all, settings.machineLearning.features);
  if (features.length >= leastFeatures && features.join('\n') !== entity.features.join('\n')) {
    takeFeatures(entity, features);
  }
}

function judgeBehavior(
  settings: DetectionSettings,
  state: PartitionState,
  entity: Entity,
  { series, reading, endMs }: { readonly series: Series; readonly reading: EntityReading; readonly endMs: number },
  changes: EntityChanges,
): void {
  const behavior = findOrCreate(settings, state, behaviorOf(series.identity));
  if (behavior === undefined) return;
  const metrics = (entity.learned?.features ?? []).map((key) => state.series.get(key)?.identity.metric ?? key);
  behavior.note = describeBehavior(metrics, reading);
  const step = stepSeries(behavior, { timeMs: endMs, value: reading.surprise }, state.clockMs, {
    valueOf: () => undefined,
    entityOf: () => entityScoreOf(entity, reading, settings.machineLearning, reading.surprise),
  });
  // As with any deviation: a lasting one must not become usual while it lasts.
  if (behavior.tracker.open === undefined) entity.surprises.learn();
  const told = step.refused === undefined ? tellSeries(behavior, step, settings.repeatMs, state.clockMs) : undefined;
  if (told !== undefined) changes.drafts.push(told);
}

function valuesAt({ series }: PartitionState, timeMs: number) {
  return (key: string): number => {
    const last = series.get(key)?.last;
    return last === undefined || timeMs - last.timeMs > currentForMs ? Number.NaN : last.value;
  };
}

function retrained({ identity, instanceKey }: Series, atMs: number, samples: number): EventDraft {
  const { service, instance = service } = identity;
  const trainedAt = new Date(atMs).toISOString();
  return draft(modelRetrained, {
    service,
    key: `${instanceKey}@${atMs}`,
    data: { model: `metrics of ${instance} together`.slice(0, 256), samples, trainedAt },
  });
}
