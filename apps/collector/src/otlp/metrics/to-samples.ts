import { SeriesLabels, type SeriesSample } from '@cortex/contracts';
import { maxLabels, maxMetricName, metricName } from '../../limits.ts';
import { Rejection, Rejections } from '../../rejections.ts';
import { textOf, type Attributes } from '../attributes.ts';
import { identityOf, type Identity } from '../identity.ts';
import { nanosecondsOf } from '../nanoseconds.ts';
import type { DataPoint, Metric, MetricsRequest } from './request.ts';

export interface Received {
  readonly samples: readonly SeriesSample[];
  readonly rejections: Rejections;
}

const notRecorded = 1;

/** Gauges and sums as samples: `service.name` is the service, `service.instance.id` the instance, attributes are labels. */
export function toSamples(request: MetricsRequest, receivedAtMs: number): Received {
  const rejections = new Rejections();
  const samples: SeriesSample[] = [];
  for (const { resource, scopeMetrics } of request.resourceMetrics ?? []) {
    const identity = identityOf(resource?.attributes);
    for (const metric of (scopeMetrics ?? []).flatMap(({ metrics }) => metrics ?? [])) {
      rejectUnread(metric, rejections);
      const points = [...(metric.gauge?.dataPoints ?? []), ...(metric.sum?.dataPoints ?? [])];
      const about = identity instanceof Rejection ? identity : (problemOf(metric) ?? identity);
      if (about instanceof Rejection) {
        rejections.add(about, points.length);
        continue;
      }
      for (const point of points) {
        const sample = toSample(about, metric, point, receivedAtMs);
        if (sample instanceof Rejection) rejections.add(sample);
        else if (sample !== undefined) samples.push(sample);
      }
    }
  }
  return { samples, rejections };
}

function rejectUnread({ name, histogram, exponentialHistogram, summary }: Metric, rejections: Rejections): void {
  for (const [kind, data] of Object.entries({ histogram, exponentialHistogram, summary })) {
    rejections.add(
      new Rejection('unread_kind', `${name.slice(0, 128)} is of kind ${kind}; only gauges and sums are read`),
      data?.dataPoints?.length ?? 0,
    );
  }
}

function problemOf({ name, unit }: Metric): Rejection | undefined {
  if (name === '' || name.length > maxMetricName) {
    return new Rejection('beyond_limits', 'the name of a metric has 1 to 256 characters');
  }
  if (unit !== undefined && unit.length > 64) {
    return new Rejection('beyond_limits', `the unit of ${name} is longer than 64 characters`);
  }
  return undefined;
}

/** The sample, what is wrong with it, or undefined where the sender says that there is no value. */
function toSample(
  identity: Identity,
  metric: Metric,
  point: DataPoint,
  receivedAtMs: number,
): SeriesSample | Rejection | undefined {
  if (((point.flags ?? 0) & notRecorded) !== 0) return undefined;
  const value = Number(point.asDouble ?? point.asInt ?? Number.NaN);
  if (!Number.isFinite(value)) return new Rejection('not_finite', `a value of ${metric.name} is not a finite number`);
  const timeMs = toMilliseconds(point.timeUnixNano, receivedAtMs);
  if (timeMs === undefined) {
    return new Rejection('bad_time', `a time of ${metric.name} is no number of nanoseconds`);
  }
  const labels = toLabels(point.attributes);
  if (labels === undefined) {
    return new Rejection('beyond_limits', `the attributes of ${metric.name} are too many or too long`);
  }
  const { name, unit } = metric;
  return { ...identity, metric: metricName(name), ...(unit ? { unit } : {}), labels, timeMs, value };
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
