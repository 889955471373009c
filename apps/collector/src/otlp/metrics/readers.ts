import { seriesKey, type SeriesSample } from '@cortex/contracts';
import { noRate, perSecond, type Rates } from '../../counters/rates.ts';
import type { Readings } from '../../counters/readings.ts';
import { Rejection } from '../../rejections.ts';
import { bucketsOf, increaseOf, quantileOf, type Buckets } from './buckets.ts';
import { derived, secondsOf, type PointContext } from './point.ts';
import { temporality, type DataPoint, type HistogramPoint } from './request.ts';

/** The counters' state from one request to the next. */
export interface Counters {
  readonly rates: Rates;
  readonly histograms: Readings<Buckets>;
}

/** Samples of one point; none where there is no earlier point to compare it with. */
export type PointResult = readonly SeriesSample[] | Rejection;

export interface CounterContext extends Counters {
  readonly aggregation: number | undefined;
  readonly nowMs: number;
}

export function readGauge(place: PointContext, point: DataPoint): PointResult {
  const value = valueOf(point);
  return Number.isFinite(value) ? [derived(place, '', value)] : notFinite(place);
}

/** A counter as its rate per second. */
export function readCounter(place: PointContext, point: DataPoint, context: CounterContext): PointResult {
  const value = valueOf(point);
  if (!Number.isFinite(value)) return notFinite(place);
  const { series, timeMs } = place;
  if (context.aggregation === temporality.delta) {
    const seconds = secondsOf(point);
    return seconds === undefined ? noTimes(place) : rateSample(place, value / seconds);
  }
  const rate = context.rates.next(seriesKey(series), timeMs, value, context.nowMs);
  if (rate === 'first') return [];
  return typeof rate === 'string' ? noRate(rate, series.metric) : rateSample(place, rate);
}

const quantiles = [
  ['_p50', 0.5],
  ['_p95', 0.95],
  ['_p99', 0.99],
] as const;

/** A histogram as the rate, the mean and the quantiles of what it has counted since its last point. */
export function readHistogram(place: PointContext, point: HistogramPoint, context: CounterContext): PointResult {
  const buckets = bucketsOf(place.series.metric, point);
  if (buckets instanceof Rejection) return buckets;
  if (context.aggregation === temporality.delta) {
    const seconds = secondsOf(point);
    return seconds === undefined ? noTimes(place) : histogramSamples(place, buckets, seconds);
  }
  const { series, timeMs } = place;
  const step = context.histograms.next(seriesKey(series), timeMs, buckets, context.nowMs);
  if (step === 'first') return [];
  if (typeof step === 'string') return noRate(step, series.metric);
  return histogramSamples(place, increaseOf(step.previous, buckets), step.seconds);
}

function histogramSamples(place: PointContext, buckets: Buckets, seconds: number): PointResult {
  const { count, sum } = buckets;
  // Counts have no unit; the histogram's unit is that of the values.
  const { unit: _, ...counted } = place.series;
  const rate = rateSample({ ...place, series: counted }, count / seconds);
  if (rate instanceof Rejection || count === 0) return rate;
  const mean = sum === undefined ? [] : [derived(place, '_mean', sum / count)];
  const atQuantiles = quantiles.flatMap(([suffix, quantile]) => {
    const value = quantileOf(buckets, quantile);
    return value === undefined ? [] : [derived(place, suffix, value)];
  });
  return [...rate, ...mean, ...atQuantiles];
}

function rateSample(place: PointContext, rate: number): PointResult {
  const { unit, ...series } = place.series;
  const perSecondOf = { ...series, ...(unit === undefined ? {} : { unit: `${unit}/s` }) };
  return Number.isFinite(rate) ? [derived({ ...place, series: perSecondOf }, perSecond, rate)] : notFinite(place);
}

function valueOf({ asDouble, asInt }: DataPoint): number {
  return Number(asDouble ?? asInt ?? Number.NaN);
}

function notFinite({ series }: PointContext): Rejection {
  return new Rejection('not_finite', `a value of ${series.metric} is not a finite number`);
}

function noTimes({ series }: PointContext): Rejection {
  return new Rejection('bad_time', `a point of ${series.metric} does not say over which time it counts`);
}
