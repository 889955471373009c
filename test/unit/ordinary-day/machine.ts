import { seededRandom, type Random } from '@cortex/detection';
import type { SeriesBatch } from '@cortex/contracts';

/** What goes on in an hour of work, and none of it is trouble. */
type Activity =
  'compiler' | 'backup' | 'deploy' | 'cron' | 'newsletter' | 'restart of a thread pool' | 'package update';

interface Span {
  readonly activity: Activity;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A series as it is at one time: `share` says how far an activity has got, or undefined while it does not go on. */
type Value = (at: Moment) => number;

interface Moment {
  /** Requests of users as a share of the busiest hour, 0.15 to 1. */
  readonly wave: number;
  /** Of standard deviation 1, of this series, partly the same as before. */
  readonly noise: number;
  readonly timeMs: number;
  isOn(activity: Activity): boolean;
  /** How long an activity has been over; infinite for one that never was. */
  sinceMs(activity: Activity): number;
}

type Identity = Pick<SeriesBatch, 'service' | 'metric' | 'labels' | 'instance' | 'unit'>;

interface Source {
  readonly identity: Identity;
  readonly value: Value;
  readonly stickiness: number;
}

export const dayMs = 24 * 3_600_000;
export const stepMs = 30_000;
/** A Monday. */
export const startMs = Date.UTC(2026, 0, 5);

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The services of the catalogue, each with one instance; `exporter` and `stray` are in none. */
export const catalogued = ['machine', 'attic', 'shop', 'worker', 'db'];

/** When each activity goes on, on the day that begins at `fromMs`. */
function spansOf(fromMs: number, random: Random): Span[] {
  const spans: Span[] = [];
  const add = (activity: Activity, hour: number, minutes: number): void => {
    const start = fromMs + hour * hourMs;
    spans.push({ activity, fromMs: start, untilMs: start + minutes * minuteMs });
  };
  for (let count = 0; count < 14; count += 1) add('compiler', 9 + 9 * random(), 1 + 7 * random());
  add('backup', 2.5, 40 + 15 * random());
  for (const hour of [10, 13, 16]) add('deploy', hour + random(), 1);
  for (let hour = 0; hour < 24; hour += 1) add('cron', hour + 1 / 60, 0.5 + random());
  add('newsletter', 11 + 2 * random(), 20);
  add('restart of a thread pool', 14 + random(), 30);
  add('package update', 6.2, 9);
  return spans;
}

const percent = (value: number): number => Math.min(100, Math.max(0, value));
const positive = (value: number): number => Math.max(0, value);

function source(service: string, metric: string, unit: string | undefined, value: Value, stickiness = 0.5): Source {
  const identity = { service, instance: `${service}-1`, metric, labels: {}, ...(unit === undefined ? {} : { unit }) };
  return { identity, value, stickiness };
}

/** A deployment is over at once, but caches are cold for two minutes. */
function isCold({ isOn, sinceMs }: Moment): boolean {
  return isOn('deploy') || sinceMs('deploy') < minuteMs;
}

/** How much slower everything is while the machine does something else. */
function slowdown(at: Moment): number {
  const { isOn } = at;
  const byWork = (isOn('compiler') ? 1.4 : 1) * (isOn('backup') ? 1.5 : 1) * (isOn('newsletter') ? 1.3 : 1);
  return byWork * (isCold(at) ? 2.5 : 1);
}

function load({ wave, isOn }: Moment): number {
  const work = 12 + 30 * wave + (isOn('compiler') ? 70 : 0) + (isOn('backup') ? 20 : 0) + (isOn('cron') ? 25 : 0);
  return work + (isOn('package update') ? 45 : 0);
}

function requests({ wave, isOn }: Moment): number {
  return 120 * wave * (isOn('deploy') ? 0.4 : 1) * (isOn('newsletter') ? 2.2 : 1);
}

const sources: readonly Source[] = [
  source('machine', 'cpu_usage_percent', '%', (at) => percent(load(at) + 3 * at.noise)),
  source('machine', 'load_1m', '1', (at) => positive(load(at) / 12 + 0.4 * at.noise), 0.8),
  source('machine', 'memory_usage_percent', '%', (at) =>
    percent(48 + 6 * at.wave + (at.isOn('compiler') ? 22 : 0) + (at.isOn('package update') ? 10 : 0) + at.noise),
  ),
  source(
    'machine',
    'disk_usage_percent',
    '%',
    (at) => percent(61 + (at.timeMs - startMs) / (4 * dayMs) + (at.isOn('compiler') ? 2 : 0) + 0.05 * at.noise),
    0.9,
  ),
  source('machine', 'disk_io_utilization', undefined, (at) =>
    Math.min(1, positive(0.08 + (at.isOn('backup') ? 0.9 : 0) + (at.isOn('compiler') ? 0.3 : 0) + 0.03 * at.noise)),
  ),
  source('machine', 'network_transmit_bytes_per_second', 'By', (at) =>
    positive(2e6 * at.wave + (at.isOn('backup') ? 9e7 : 0) + 2e5 * at.noise),
  ),
  source('machine', 'threads', '1', (at) => Math.round(410 + (at.isOn('compiler') ? 60 : 0) + 3 * at.noise)),
  source('attic', 'cpu_usage_percent', '%', (at) =>
    percent(5 + (at.isOn('package update') ? 23.5 : 0) + (at.isOn('cron') ? 4 : 0) + 0.8 * at.noise),
  ),
  source('attic', 'memory_usage_percent', '%', (at) =>
    percent(31 + (at.isOn('package update') ? 8 : 0) + 0.2 * at.noise),
  ),
  source('attic', 'go_threads', '1', (at) => (at.isOn('restart of a thread pool') ? 9 : 8)),
  source('shop', 'trace_requests_per_second', undefined, (at) => positive(requests(at) * (1 + 0.06 * at.noise))),
  source(
    'shop',
    'trace_error_ratio',
    undefined,
    (at) => Math.max(0, 0.002 + 0.001 * at.noise) + (at.isOn('deploy') ? 0.07 : 0),
    0,
  ),
  source('shop', 'trace_duration_p50_seconds', undefined, (at) =>
    positive(0.07 * slowdown(at) * (1 + 0.05 * at.noise)),
  ),
  source('shop', 'trace_duration_p95_seconds', undefined, (at) =>
    positive(0.16 * slowdown(at) * (1 + 0.08 * at.noise)),
  ),
  source('shop', 'trace_duration_p99_seconds', undefined, (at) =>
    positive(0.42 * slowdown(at) * (1 + 0.15 * at.noise)),
  ),
  source('shop', 'process_cpu_percent', '%', (at) =>
    percent(8 + 45 * at.wave * (at.isOn('newsletter') ? 1.6 : 1) + at.noise),
  ),
  source('shop', 'process_memory_bytes', 'By', (at) =>
    positive(4e8 + 5e7 * at.wave - (isCold(at) ? 1.5e8 : 0) + 3e6 * at.noise),
  ),
  source('shop', 'process_threads', '1', (at) => (isCold(at) ? 14 : 11)),
  source('worker', 'queue_depth', '1', (at) =>
    positive(30 * at.wave + (at.isOn('cron') ? 180 : 0) + (at.isOn('newsletter') ? 90 : 0) + 4 * at.noise),
  ),
  source('worker', 'job_duration_seconds', 's', (at) => positive(1.2 * slowdown(at) * (1 + 0.2 * at.noise))),
  source('db', 'connection_pool_utilization', undefined, (at) =>
    Math.min(1, positive(0.1 + 0.35 * at.wave * (at.isOn('newsletter') ? 1.4 : 1) + 0.02 * at.noise)),
  ),
  source('db', 'query_latency_ms', 'ms', (at) => positive(9 * slowdown(at) * (1 + 0.1 * at.noise))),
  source('db', 'transactions_per_second', undefined, (at) => positive(3 * requests(at) * (1 + 0.05 * at.noise))),
  source('exporter', 'go_threads', '1', (at) => (at.isOn('restart of a thread pool') ? 9 : 8)),
  source('exporter', 'scrape_duration_seconds', 's', (at) => positive(0.02 * slowdown(at) + 0.001 * at.noise)),
  // Nobody has named it, and it is not well either.
  source('stray', 'cpu_usage_percent', '%', (at) => percent((at.isOn('newsletter') ? 97 : 12) + at.noise)),
  source('stray', 'trace_error_ratio', undefined, (at) => (at.isOn('newsletter') ? 0.4 : 0.001)),
];

/** What is wrong on purpose: a metric of a service, from when on, and what it is then. */
export interface Fault {
  readonly service: string;
  readonly metric: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly value: (healthy: number) => number;
}

/** The telemetry of a machine on which people work, step by step. The same seed gives the same. */
export class Machine {
  readonly #activities: Random;
  readonly #noises: readonly { readonly random: Random; value: number }[];
  #spans: Span[] = [];
  #timeMs = startMs;

  constructor(seed: number) {
    this.#activities = seededRandom(seed);
    this.#noises = sources.map((_, index) => ({ random: seededRandom(1_000 * seed + index), value: 0 }));
  }

  /** The samples of the next step. */
  next(faults: readonly Fault[] = []): { readonly timeMs: number; readonly series: readonly SeriesBatch[] } {
    const timeMs = this.#timeMs;
    this.#timeMs += stepMs;
    if ((timeMs - startMs) % dayMs === 0) {
      this.#spans = [
        ...this.#spans.filter(({ untilMs }) => untilMs > timeMs - hourMs),
        ...spansOf(timeMs, this.#activities),
      ];
    }
    const spans = this.#spans;
    const shared = {
      timeMs,
      wave: 0.15 + 0.85 * (0.5 + 0.5 * Math.sin(2 * Math.PI * (timeMs / dayMs - 0.33))) ** 1.5,
      isOn: (activity: Activity) =>
        spans.some((span) => span.activity === activity && timeMs >= span.fromMs && timeMs < span.untilMs),
      sinceMs: (activity: Activity) =>
        Math.min(
          ...spans
            .filter((span) => span.activity === activity && span.untilMs <= timeMs)
            .map((span) => timeMs - span.untilMs),
        ),
    };
    const series = sources.map(({ identity, value, stickiness }, index): SeriesBatch => {
      const noise = this.#noiseOf(index, stickiness);
      const healthy = value({ ...shared, noise });
      const fault = faults.find(
        (one) =>
          one.service === identity.service &&
          one.metric === identity.metric &&
          timeMs >= one.fromMs &&
          timeMs < one.untilMs,
      );
      return { ...identity, timesMs: [timeMs], values: [fault === undefined ? healthy : fault.value(healthy)] };
    });
    return { timeMs, series };
  }

  #noiseOf(index: number, stickiness: number): number {
    const noise = this.#noises[index];
    if (noise === undefined) return 0;
    const { random } = noise;
    const fresh = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    noise.value = stickiness * noise.value + Math.sqrt(1 - stickiness ** 2) * fresh;
    return noise.value;
  }
}
