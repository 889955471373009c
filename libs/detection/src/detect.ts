import { seriesKey, type AnomalySeverity, type EventDraft, type SeriesBatch } from '@cortex/contracts';
import type { Sample } from './detectors/detector.ts';
import { indexByInstance, instanceKey, type DetectionSettings, type PartitionState } from './partition.ts';
import { quietTracker } from './series/anomaly-tracker.ts';
import { copySeries, createSeries, stepSeries, type Refusal, type Series } from './series/series.ts';
import { currentForMs } from './series/threshold-trigger.ts';
import { toEvent } from './to-event.ts';

/** The samples of one telemetry event. */
export interface TelemetryBatch {
  /** When the event was published. */
  readonly atMs: number;
  readonly series: readonly SeriesBatch[];
}

export interface Detection {
  readonly state: PartitionState;
  readonly drafts: readonly EventDraft[];
  readonly counts: DetectionCounts;
}

export interface DetectionCounts {
  readonly samples: number;
  readonly refused: Readonly<Record<Refusal | 'too_many_series', number>>;
  /** Severities of the anomalies that opened. */
  readonly opened: readonly AnomalySeverity[];
}

/** Silence after which an open anomaly is closed, as its series has ended. */
export const endedAfterMs = 15 * 60_000;
/** Silence after which a series is forgotten. */
const forgottenAfterMs = 2 * 60 * 60_000;
/** Series of one partition: what is beyond is refused and counted, so that memory and snapshots stay bounded. */
export const maxSeries = 3_000;
const sweepEveryMs = 60_000;

/**
 * Telemetry in, events out. Pure: the same state and batch always give the same result, and `state` is left as it was,
 * so whoever calls may throw the result away and try again.
 */
export function detect(settings: DetectionSettings, state: PartitionState, batch: TelemetryBatch): Detection {
  const clockMs = Math.max(state.clockMs, batch.atMs);
  const series = new Map(state.series);
  const refused = { not_finite: 0, out_of_order: 0, from_the_future: 0, too_many_series: 0 };
  const opened: AnomalySeverity[] = [];
  const drafts: EventDraft[] = [];
  let samples = 0;

  const keys = batch.series.map((columns) => seriesKey(columns));
  for (const [index, columns] of batch.series.entries()) {
    const key = keys[index] ?? seriesKey(columns);
    const known = series.get(key);
    if (known !== undefined) series.set(key, copySeries(known));
    else if (series.size < maxSeries) series.set(key, createSeries(identityOf(columns), settings.settingsFor(columns)));
  }
  const instances = series.size === state.series.size ? state.instances : indexByInstance(series.values());
  const valueOf = (metric: string, of: Series, sample: Sample) => currentValue(series, instances, metric, of, sample);

  for (const { key, timeMs, value } of inTimeOrder(batch.series, keys)) {
    const current = series.get(key);
    if (current === undefined) {
      refused.too_many_series += 1;
      continue;
    }
    const step = stepSeries(current, { timeMs, value }, clockMs, valueOf);
    if ('refused' in step) {
      refused[step.refused] += 1;
      continue;
    }
    samples += 1;
    series.set(key, step.series);
    if (step.transition === undefined) continue;
    if (step.transition.type === 'detected') opened.push(step.transition.anomaly.severity);
    drafts.push(toEvent(step.series, step.transition, clockMs, step.observation));
  }
  const swept = { series, instances, clockMs, sweptAtMs: state.sweptAtMs };
  const isSweepDue = clockMs - state.sweptAtMs >= sweepEveryMs;
  return {
    state: isSweepDue ? sweep(swept, drafts) : swept,
    drafts,
    counts: { samples, refused, opened },
  };
}

function identityOf({ service, instance, metric, unit, labels }: SeriesBatch) {
  return {
    service,
    ...(instance === undefined ? {} : { instance }),
    metric,
    ...(unit === undefined ? {} : { unit }),
    labels,
  };
}

/** All samples, the earliest first: conditions over several metrics then see the values as they stood together. */
function inTimeOrder(batches: readonly SeriesBatch[], keys: readonly string[]) {
  return batches
    .flatMap(({ timesMs, values }, index) =>
      timesMs.map((timeMs, at) => ({ key: keys[index] ?? '', timeMs, value: values[at] ?? Number.NaN })),
    )
    .sort((left, right) => left.timeMs - right.timeMs);
}

/**
 * The newest value of a metric at the same instance: the sample's own, else that of the series with the same labels, else
 * that of any series. Values older than {@link currentForMs} do not count.
 */
function currentValue(
  series: ReadonlyMap<string, Series>,
  instances: PartitionState['instances'],
  metric: string,
  of: Series,
  sample: Sample,
): number | undefined {
  if (metric === of.identity.metric) return sample.value;
  const candidates = (instances.get(instanceKey(of.identity))?.get(metric) ?? [])
    .map((key) => series.get(key))
    .filter((candidate) => candidate?.last !== undefined && sample.timeMs - candidate.last.timeMs <= currentForMs);
  const twinKey = seriesKey({ ...of.identity, metric });
  const newest = candidates.sort((left, right) => (right?.last?.timeMs ?? 0) - (left?.last?.timeMs ?? 0))[0];
  return (candidates.find((candidate) => candidate?.key === twinKey) ?? newest)?.last?.value;
}

/** Closes the anomalies of series that have ended, forgets those that ended long ago. */
function sweep(state: PartitionState, drafts: EventDraft[]): PartitionState {
  const { clockMs } = state;
  const series = new Map<string, Series>();
  for (const [key, one] of state.series) {
    const silentMs = clockMs - one.seenAtMs;
    const { open } = one.tracker;
    if (open !== undefined && silentMs >= endedAfterMs) {
      drafts.push(toEvent(one, { type: 'cleared', anomaly: open, reason: 'series_ended' }, clockMs));
      series.set(key, { ...one, tracker: quietTracker });
    } else if (silentMs < forgottenAfterMs) {
      series.set(key, one);
    }
  }
  const isSmaller = series.size < state.series.size;
  return {
    ...state,
    series,
    sweptAtMs: clockMs,
    ...(isSmaller ? { instances: indexByInstance(series.values()) } : {}),
  };
}
