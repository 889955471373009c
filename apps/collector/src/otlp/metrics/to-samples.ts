import type { SeriesSample } from '@cortex/contracts';
import { perSecond } from '../../counters/rates.ts';
import { maxMetricName } from '../../limits.ts';
import { Rejection, Rejections } from '../../rejections.ts';
import { identityOf, type Identity } from '../identity.ts';
import { isNotRecorded, placeOf } from './point.ts';
import { readCounter, readGauge, readHistogram, type Counters, type PointResult } from './readers.ts';
import { temporality, type Metric, type MetricsRequest } from './request.ts';

export interface Received {
  readonly samples: readonly SeriesSample[];
  readonly rejections: Rejections;
}

export interface MetricsContext extends Counters {
  readonly nowMs: number;
}

/**
 * Metrics as samples: `service.name` is the service, `service.instance.id` the instance, attributes are labels. Gauges, and sums
 * that may fall, as they are; counters as rates per second; histograms as the rate, mean and quantiles since the last point.
 */
export function toSamples(request: MetricsRequest, context: MetricsContext): Received {
  const rejections = new Rejections();
  const samples: SeriesSample[] = [];
  for (const { resource, scopeMetrics } of request.resourceMetrics ?? []) {
    const identity = identityOf(resource?.attributes);
    for (const metric of (scopeMetrics ?? []).flatMap(({ metrics }) => metrics ?? [])) {
      rejectUnread(metric, rejections);
      const about = identity instanceof Rejection ? identity : (problemOf(metric) ?? identity);
      for (const read of pointsOf(metric, context)) {
        const result = about instanceof Rejection ? about : read(about);
        if (result instanceof Rejection) rejections.add(result);
        else samples.push(...result);
      }
    }
  }
  return { samples, rejections };
}

type ReadPoint = (identity: Identity) => PointResult;

/** The points of a metric, each with the reader of its kind. */
function pointsOf(metric: Metric, context: MetricsContext): readonly ReadPoint[] {
  const { gauge, sum, histogram } = metric;
  const at = <Point extends Parameters<typeof placeOf>[2]>(
    points: readonly Point[] | undefined,
    read: (place: Exclude<ReturnType<typeof placeOf>, Rejection>, point: Point) => PointResult,
  ): ReadPoint[] =>
    (points ?? []).map((point) => (identity) => {
      if (isNotRecorded(point)) return [];
      const place = placeOf(identity, metric, point, context.nowMs);
      return place instanceof Rejection ? place : read(place, point);
    });
  const counter = { ...context, aggregation: sum?.aggregationTemporality };
  const counted = { ...context, aggregation: histogram?.aggregationTemporality };
  return [
    ...at(gauge?.dataPoints, readGauge),
    ...at(sum?.dataPoints, isCounter(metric) ? (place, point) => readCounter(place, point, counter) : readGauge),
    ...at(histogram?.dataPoints, (place, point) => readHistogram(place, point, counted)),
  ];
}

/** A sum without temporality is passed on as a value. */
function isCounter({ sum }: Metric): boolean {
  const { aggregationTemporality, isMonotonic } = sum ?? {};
  const isTold = aggregationTemporality === temporality.delta || aggregationTemporality === temporality.cumulative;
  return isMonotonic === true && isTold;
}

function rejectUnread({ name, exponentialHistogram, summary }: Metric, rejections: Rejections): void {
  for (const [kind, data] of Object.entries({ exponentialHistogram, summary })) {
    const text = `${name.slice(0, 128)} is of kind ${kind}; only gauges, sums and histograms with bounds are read`;
    rejections.add(new Rejection('unread_kind', text), data?.dataPoints?.length ?? 0);
  }
}

function problemOf({ name, unit = '', gauge }: Metric): Rejection | undefined {
  const longest = gauge === undefined ? maxMetricName - perSecond.length : maxMetricName;
  if (name === '' || name.length > longest) {
    return new Rejection('beyond_limits', `the name of a metric has 1 to ${longest} characters`);
  }
  if (unit.length > 62) {
    return new Rejection('beyond_limits', `the unit of ${name} is longer than 62 characters`);
  }
  return undefined;
}
