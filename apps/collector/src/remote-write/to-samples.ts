import { seriesKey, type CollectorSettings, type SeriesSample } from '@cortex/contracts';
import { maxAheadMs, maxMetricName, metricName } from '../limits.ts';
import { identify } from '../prometheus/identify.ts';
import { noRate, perSecond, type Rates } from '../counters/rates.ts';
import { Rejection, Rejections } from '../rejections.ts';
import type { RemoteSample, RemoteSeries } from './decode.ts';
import type { LabelSet } from './label-sets.ts';

export interface RemoteWriteContext {
  readonly settings: Pick<CollectorSettings, 'labels' | 'remoteWrite'>;
  readonly rates: Rates;
  /** Cache of the results for label sets, under the same settings. Filled here. */
  readonly known: WeakMap<LabelSet, Series | Rejection>;
  readonly nowMs: number;
}

export interface Received {
  readonly samples: readonly SeriesSample[];
  readonly rejections: Rejections;
}

/** A series of Prometheus: its identity, and its name there. */
interface Series {
  readonly name: string;
  readonly isBucket: boolean;
  readonly isCounter: boolean;
  readonly identity: Omit<SeriesSample, 'timeMs' | 'value'>;
}

const counterSuffix = /_(?:total|count|sum|bucket)$/;

/**
 * Series of Prometheus as samples: gauges unchanged, counters, known by the ends of their names, as rates per second.
 * Late or repeated samples of gauges are passed on, because the detector refuses them; of counters they give no rate.
 */
export function toSamples(series: readonly RemoteSeries[], context: RemoteWriteContext): Received {
  const rejections = new Rejections();
  const samples: SeriesSample[] = [];
  for (const { labelSet, samples: own, histograms } of series) {
    if (histograms > 0) rejections.add(new Rejection('unread_kind', 'native histograms are not read'), histograms);
    const about = context.known.get(labelSet) ?? describe(labelSet, context);
    context.known.set(labelSet, about);
    if (about instanceof Rejection) {
      rejections.add(about, own.length);
      continue;
    }
    if (about.isBucket && !context.settings.remoteWrite.histogramBuckets) continue;
    const read = about.isCounter ? counterReader(about, context) : gaugeReader(about);
    for (const sample of own) {
      const result = problemOf(about.name, sample, context.nowMs) ?? read(sample);
      if (result instanceof Rejection) rejections.add(result);
      else if (result !== undefined) samples.push(result);
    }
  }
  return { samples, rejections };
}

function describe({ labels, labelCount }: LabelSet, { settings }: RemoteWriteContext): Series | Rejection {
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  if (name === '') return new Rejection('bad_name', 'a series has no __name__');
  if (name.length > maxMetricName - perSecond.length) {
    const limit = maxMetricName - perSecond.length;
    return new Rejection('beyond_limits', `a __name__ has ${name.length} characters; at most ${limit} are taken`);
  }
  const identity = identify(labels, settings.labels, { labelCount });
  if (identity instanceof Rejection) return identity;
  return {
    name,
    isBucket: name.endsWith('_bucket'),
    isCounter: counterSuffix.test(name) && !settings.remoteWrite.gauges.includes(name),
    identity: { ...identity, metric: metricName(name) },
  };
}

function problemOf(name: string, { timeMs, value }: RemoteSample, nowMs: number): Rejection | undefined {
  if (!Number.isSafeInteger(timeMs) || timeMs < 0) return new Rejection('bad_time', `a time of ${name} is impossible`);
  if (timeMs > nowMs + maxAheadMs) {
    return new Rejection('from_the_future', `a time of ${name} is more than ${maxAheadMs / 60_000} minutes ahead`);
  }
  if (value === 'stale' || Number.isFinite(value)) return undefined;
  return new Rejection('not_finite', `a value of ${name} is not a finite number`);
}

type Reader = (sample: RemoteSample) => SeriesSample | Rejection | undefined;

/** A gauge that ends just stops: the detector notices by itself. */
function gaugeReader({ identity }: Series): Reader {
  return ({ timeMs, value }) => (value === 'stale' ? undefined : { ...identity, timeMs, value });
}

function counterReader({ identity }: Series, { rates, nowMs }: RemoteWriteContext): Reader {
  const key = seriesKey(identity);
  const rateSeries = { ...identity, metric: `${identity.metric}${perSecond}` };
  return ({ timeMs, value }) => {
    if (value === 'stale') {
      rates.end(key);
      return undefined;
    }
    const rate = rates.next(key, timeMs, value, nowMs);
    if (rate === 'first') return undefined;
    if (typeof rate === 'string') return noRate(rate, identity.metric);
    if (!Number.isFinite(rate)) return new Rejection('not_finite', `the rate of ${identity.metric} is not finite`);
    return { ...rateSeries, timeMs, value: rate };
  };
}
