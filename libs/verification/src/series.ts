import type { SeriesBatch, Target } from '@cortex/contracts';
import { seriesKey } from '@cortex/contracts';

export interface ObservedSample {
  readonly timeMs: number;
  readonly value: number;
}

/** The samples of one series around the effect. */
export interface ObservedSeries {
  readonly service: string;
  readonly instance?: string;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The newest sample from before the remediation began. */
  readonly before?: ObservedSample;
  /** Samples strictly after the effect, oldest first. */
  readonly after: readonly ObservedSample[];
  /** Time between the newest two samples, if two are known. */
  readonly gapMs?: number;
}

export type SeriesStore = ReadonlyMap<string, ObservedSeries>;

/**
 * When the remediation began and when its last effect ended, epoch milliseconds. Samples in between count for neither
 * side.
 */
export interface EffectSpan {
  readonly startedAtMs: number;
  readonly effectAtMs: number;
}

const maxSamples = 500;

/** A series without a sample for this long, or for three of its intervals, has no present value. */
const freshForMs = 60_000;
const freshIntervals = 3;

/** Adds samples of the watched metrics. Samples are sorted by time, repeated times are ignored. */
export function addSamples(
  store: SeriesStore,
  batches: readonly SeriesBatch[],
  metrics: ReadonlySet<string>,
  targets: readonly Target[],
  span: EffectSpan,
): SeriesStore {
  const next = new Map(store);
  for (const batch of batches) {
    if (!metrics.has(batch.metric) || !targets.some((target) => isAbout(batch, target))) continue;
    const key = seriesKey(batch);
    next.set(key, extend(next.get(key) ?? emptySeries(batch), batch, span));
  }
  return next;
}

/** True for a series of this instance, and for one of the whole service. */
export function isAbout(
  series: { readonly service: string; readonly instance?: string | undefined },
  target: Target,
): boolean {
  return series.service === target.service && (series.instance === undefined || series.instance === target.instance);
}

/**
 * The same series without the lead of its sender's clock: no sample is later than the moment when all of them were there.
 * With it, samples from before the effect would look like evidence from after it. INV-10.
 */
export function withoutLead(batch: SeriesBatch, presentAtMs: number): SeriesBatch {
  const leadMs = Math.max(...batch.timesMs) - presentAtMs;
  return leadMs > 0 ? { ...batch, timesMs: batch.timesMs.map((timeMs) => timeMs - leadMs) } : batch;
}

/** The newest sample after the effect, unless the series has had no sample for too long. */
export function presentSample(series: ObservedSeries, nowMs: number): ObservedSample | undefined {
  const newest = series.after.at(-1);
  if (newest === undefined) return undefined;
  const freshMs = Math.max(freshForMs, freshIntervals * (series.gapMs ?? 0));
  return nowMs - newest.timeMs <= freshMs ? newest : undefined;
}

function emptySeries(batch: SeriesBatch): ObservedSeries {
  const { service, instance, metric, labels } = batch;
  return { service, metric, labels, after: [], ...(instance === undefined ? {} : { instance }) };
}

function extend(series: ObservedSeries, batch: SeriesBatch, span: EffectSpan): ObservedSeries {
  let before = series.before;
  const after = new Map(series.after.map((sample) => [sample.timeMs, sample]));
  batch.timesMs.forEach((timeMs, index) => {
    const value = batch.values[index];
    if (value === undefined || !Number.isFinite(value)) return;
    const sample = { timeMs, value };
    if (timeMs > span.effectAtMs) {
      if (!after.has(timeMs)) after.set(timeMs, sample);
    } else if (timeMs <= span.startedAtMs && timeMs > (before?.timeMs ?? -1)) {
      before = sample;
    }
  });
  const sorted = [...after.values()].sort((left, right) => left.timeMs - right.timeMs).slice(-maxSamples);
  const gapMs = newestGap(batch.timesMs, sorted) ?? series.gapMs;
  return {
    ...series,
    after: sorted,
    ...(before === undefined ? {} : { before }),
    ...(gapMs === undefined ? {} : { gapMs }),
  };
}

function newestGap(timesMs: readonly number[], after: readonly ObservedSample[]): number | undefined {
  const times = after.length >= 2 ? after.map((sample) => sample.timeMs) : [...timesMs].sort((a, b) => a - b);
  const newest = times.at(-1);
  const previous = times.at(-2);
  return newest === undefined || previous === undefined ? undefined : newest - previous;
}
