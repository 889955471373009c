import { seriesKey, type AnomalySeverity, type EventDraft, type SeriesBatch } from '@cortex/contracts';
import type { Sample } from './detectors/detector.ts';
import type { FitRequest } from './entities/entity.ts';
import { followEntity } from './follow-entity.ts';
import { endRun } from './harm/follow-harm.ts';
import { forgetLimits, sayLimits } from './limits/series-limits.ts';
import { heardIn } from './missing/heard-in.ts';
import { findMissing, hear } from './missing/missing-data.ts';
import { findOrCreate, removeSeries, type PartitionState } from './partition.ts';
import type { DetectionSettings } from './settings.ts';
import { quietTracker } from './series/anomaly-tracker.ts';
import { stepSeries, type Refusal, type Series, type InstanceContext } from './series/series.ts';
import { tellSeries } from './tell-series.ts';
import { currentForMs } from './series/threshold-trigger.ts';
import { toEvent } from './to-event.ts';

/** The samples of one telemetry event. */
export interface TelemetryBatch {
  /** When the event was published. */
  readonly atMs: number;
  readonly series: readonly SeriesBatch[];
}

export interface Detection {
  readonly drafts: readonly EventDraft[];
  /** Work that is better done on another thread until its result is needed; see `deliverFit`. */
  readonly fits: readonly FitRequest[];
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
const sweepEveryMs = 60_000;

/**
 * Detects anomalies in telemetry; `state` is changed in place. The same state and batch always give the same events: a
 * caller that fails to publish them must keep them, not call again.
 */
export function detect(settings: DetectionSettings, state: PartitionState, batch: TelemetryBatch): Detection {
  state.clockMs = Math.max(state.clockMs, batch.atMs);
  const { clockMs } = state;
  const refused = { not_finite: 0, out_of_order: 0, from_the_future: 0, too_many_series: 0 };
  const opened: AnomalySeverity[] = [];
  const drafts: EventDraft[] = [];
  const fits: FitRequest[] = [];
  let samples = 0;

  /** Samples accepted, by series. */
  const taken = new Uint32Array(batch.series.length);
  const concerned = batch.series.map((columns) => findOrCreate(settings, state, columns));
  const instance: InstanceContext = {
    valueOf: (metric, of, sample) => currentValue(state, metric, of, sample),
    entityOf: (of, sample) => followEntity(settings, state, of, sample, { drafts, fits }),
  };
  for (const { index, at } of inTimeOrder(batch.series)) {
    const current = concerned[index];
    if (current === undefined) {
      refused.too_many_series += 1;
      continue;
    }
    const { timesMs, values } = batch.series[index] ?? noColumns;
    const sample = { timeMs: timesMs[at] ?? Number.NaN, value: values[at] ?? Number.NaN };
    const step = stepSeries(current, sample, clockMs, instance);
    if (step.refused !== undefined) {
      refused[step.refused] += 1;
      continue;
    }
    samples += 1;
    taken[index] = (taken[index] ?? 0) + 1;
    if (step.transition?.type === 'detected') opened.push(step.transition.anomaly.severity);
    const told = tellSeries(current, step, settings.repeatMs, clockMs);
    if (told !== undefined) drafts.push(told);
  }
  drafts.push(...sayLimits(state), ...hear(state.missing, heardIn(batch.series, taken), clockMs));
  if (clockMs - state.sweptAtMs >= sweepEveryMs) {
    sweep(state, drafts);
    const missing = findMissing(state.missing, (sender) => settings.missingPolicyFor(sender), settings.repeatMs);
    drafts.push(...missing.drafts);
    opened.push(...missing.opened);
  }
  return { drafts, fits, counts: { samples, refused, opened } };
}

const noColumns = { timesMs: [], values: [] } as const;

/** All samples, the earliest first, so that conditions over several metrics see values of the same time. */
function inTimeOrder(batches: readonly SeriesBatch[]) {
  const places: SamplePosition[] = [];
  let isInOrder = true;
  let latestMs = Number.NEGATIVE_INFINITY;
  for (const [index, { timesMs }] of batches.entries()) {
    for (const [at, timeMs] of timesMs.entries()) {
      isInOrder &&= timeMs >= latestMs;
      latestMs = timeMs;
      places.push({ index, at, timeMs });
    }
  }
  // Usually they are in order: one sample of each series, all of one time.
  return isInOrder ? places : places.sort((left, right) => left.timeMs - right.timeMs);
}

interface SamplePosition {
  readonly index: number;
  readonly at: number;
  readonly timeMs: number;
}

/**
 * The newest value of a metric at the same instance: the sample's own, else that of the series with the same labels,
 * else that of any series. Values older than {@link currentForMs} do not count.
 */
function currentValue(
  { series, instances }: PartitionState,
  metric: string,
  of: Series,
  sample: Sample,
): number | undefined {
  if (metric === of.identity.metric) return sample.value;
  const candidates = [...(instances.get(of.instanceKey)?.get(metric) ?? [])]
    .map((key) => series.get(key))
    .filter((candidate) => candidate?.last !== undefined && sample.timeMs - candidate.last.timeMs <= currentForMs);
  const twinKey = seriesKey({ ...of.identity, metric });
  const newest = candidates.sort((left, right) => (right?.last?.timeMs ?? 0) - (left?.last?.timeMs ?? 0))[0];
  return (candidates.find((candidate) => candidate?.key === twinKey) ?? newest)?.last?.value;
}

/** Closes the anomalies of series that have ended, drops those that ended long ago. */
function sweep(state: PartitionState, drafts: EventDraft[]): void {
  const { clockMs, series } = state;
  state.sweptAtMs = clockMs;
  for (const one of series.values()) {
    const silentMs = clockMs - one.seenAtMs;
    const { open } = one.tracker;
    if (open !== undefined && silentMs >= endedAfterMs) {
      drafts.push(toEvent(one, { type: 'cleared', anomaly: open, reason: 'series_ended' }, clockMs));
      one.tracker = quietTracker;
      one.harm = endRun(one.harm, clockMs);
    } else if (silentMs >= forgottenAfterMs) {
      removeSeries(state, one);
    }
  }
  forgetLimits(state);
}
