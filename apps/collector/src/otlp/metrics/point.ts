import { SeriesLabels, type SeriesSample } from '@cortex/contracts';
import { maxAheadMs, maxLabels, metricName } from '../../limits.ts';
import { Rejection } from '../../rejections.ts';
import { textOf, type Attributes } from '../attributes.ts';
import type { Identity } from '../identity.ts';
import { nanosecondsOf } from '../nanoseconds.ts';
import type { DataPoint, HistogramPoint, Metric } from './request.ts';

/** The series and the time of a point. */
export interface PointContext {
  readonly series: Omit<SeriesSample, 'timeMs' | 'value'>;
  readonly timeMs: number;
}

type Point = DataPoint | HistogramPoint;

const notRecordedFlag = 1;

/** Whether the sender marks the point as having no value. */
export function isNotRecorded({ flags = 0 }: Point): boolean {
  return (flags & notRecordedFlag) !== 0;
}

/** The series and time of a point, or why it has none. */
export function placeOf(
  identity: Identity,
  { name, unit }: Metric,
  point: Point,
  nowMs: number,
): PointContext | Rejection {
  const timeMs = toMilliseconds(point.timeUnixNano, nowMs);
  if (timeMs === undefined) return new Rejection('bad_time', `a time of ${name} is no number of nanoseconds`);
  if (timeMs > nowMs + maxAheadMs) {
    return new Rejection('from_the_future', `a time of ${name} is more than ${maxAheadMs / 60_000} minutes ahead`);
  }
  const labels = toLabels(point.attributes);
  if (labels === undefined) {
    return new Rejection('beyond_limits', `the attributes of ${name} are too many or too long`);
  }
  return { series: { ...identity, metric: metricName(name), ...(unit ? { unit } : {}), labels }, timeMs };
}

/** The seconds that a point covers by itself; undefined where it does not say. */
export function secondsOf({ startTimeUnixNano, timeUnixNano }: Point): number | undefined {
  const [start, end] = [nanosecondsOf(startTimeUnixNano), nanosecondsOf(timeUnixNano)];
  return start === undefined || end === undefined || start === 0n || end <= start
    ? undefined
    : Number(end - start) / 1e9;
}

/** The same series, of a derived quantity. */
export function derived({ series, timeMs }: PointContext, suffix: string, value: number): SeriesSample {
  return { ...series, metric: `${series.metric}${suffix}`, timeMs, value };
}

function toMilliseconds(time: string | number | undefined, otherwise: number): number | undefined {
  if (time === undefined) return otherwise;
  const nanoseconds = nanosecondsOf(time);
  if (nanoseconds === 0n) return otherwise;
  return nanoseconds === undefined ? undefined : Number(nanoseconds / 1_000_000n);
}

function toLabels(attributes: Attributes): Record<string, string> | undefined {
  if ((attributes?.length ?? 0) > maxLabels) return undefined;
  const labels = Object.fromEntries((attributes ?? []).map(({ key }) => [key, textOf(attributes, key) ?? '']));
  return SeriesLabels.safeParse(labels).success ? labels : undefined;
}
