import { count, quantile, ratio, round, type Table } from '../report.ts';
import type { BurstResult } from './burst.ts';
import { largeHeapMib } from './cortex-side.ts';
import type { LiveResult } from './live.ts';
import type { ProcessUsage } from './side.ts';

type Usage = ReadonlyMap<string, ProcessUsage>;

/** How one size of the load went on either side, or the word of what broke. */
export interface Growth {
  readonly series: number;
  readonly partitions: number;
  readonly cortex: BurstResult | string;
  readonly prometheus: BurstResult | string;
}

export function liveTable(
  { series, intervalMs }: { readonly series: number; readonly intervalMs: number },
  { samples, usages, delaysMs, falseAlerts, lateMs }: LiveResult,
): Table {
  const [cortex = [], prometheus = []] = usages.map(([before, after], side) => rowsOf(before, after, samples, side));
  const [ours = Number.NaN, theirs = Number.NaN] = [cortex, prometheus].map((rows) => rows.at(-1)?.cpuSeconds);
  const told = (side: number, share: number): string => {
    const delayMs = quantile(delaysMs[side] ?? [], share);
    return Number.isFinite(delayMs) ? `${(delayMs / 1_000).toFixed(1)} s` : 'never';
  };
  return {
    title: `${count(series)} series, one sample each every ${intervalMs / 1_000} s in real time, the same requests to both`,
    columns: ['process', 'CPU-s per million samples', 'peak RSS, MiB', 'spike told after, median', 'worst', 'false'],
    rows: [...cortex, ...prometheus].map(({ name, cpuSeconds, peakMib, side, isWhole }) => [
      name,
      round(cpuSeconds),
      count(peakMib),
      ...(isWhole ? [told(side, 0.5), told(side, 1), falseAlerts[side] ?? 0] : ['', '', '']),
    ]),
    notes: [
      `Cortex ÷ Prometheus, CPU: ${ratio(ours, theirs)} (goal: below 1). Requests were sent ${Math.round(lateMs)} ms late at worst.`,
      'Prometheus asks at each interval one rule of every series: abs(x - avg) > 3 * stddev over the last 100 samples. It',
      'keeps all samples on disk for weeks, compressed; Cortex keeps them for an hour, and asks twelve detectors. Cortex',
      'opens an anomaly after two bad samples in a row, Prometheus at the first evaluation. The detector also saves its state.',
    ],
  };
}

function rowsOf(before: Usage, after: Usage, samples: number, side: number) {
  const rows = [...after].map(([name, { cpuMs, peakMib }]) => ({
    name,
    side,
    cpuSeconds: perMillion(cpuMs - (before.get(name)?.cpuMs ?? 0), samples),
    peakMib,
    isWhole: after.size === 1,
  }));
  if (rows.length === 1) return rows;
  const sum = (of: 'cpuSeconds' | 'peakMib'): number => rows.reduce((total, row) => total + row[of], 0);
  const whole = { name: 'Cortex', side, cpuSeconds: sum('cpuSeconds'), peakMib: sum('peakMib'), isWhole: true };
  return [...rows, whole];
}

/** CPU milliseconds over a number of samples as seconds per million, which is also microseconds per sample. */
function perMillion(cpuMs: number, samples: number): number {
  return (cpuMs * 1_000) / samples;
}

export function burstTable(growth: readonly Growth[]): Table {
  return {
    title:
      'As fast as it is taken in, each side by itself: samples of the past over four connections, until all are judged',
    columns: ['series', 'Cortex, samples/s', 'CPU-s per million', 'Prometheus, samples/s', 'CPU-s per million'],
    rows: growth.map(({ series, cortex, prometheus }) => [
      count(series),
      ...[cortex, prometheus].flatMap((result) =>
        typeof result === 'string'
          ? [result, '-']
          : [
              count(result.samples / result.seconds),
              round(perMillion(cpuOf(result.end) - cpuOf(result.begun), result.samples)),
            ],
      ),
    ]),
    notes: [
      'Prometheus hardly evaluates meanwhile: its rules go by the clock, not by the sample. This is storing alone.',
    ],
  };
}

export function growthTable(growth: readonly Growth[]): Table {
  return {
    title: 'How that grows: processor time per sample by process, memory per series',
    columns: [
      'series',
      'partitions',
      'samples',
      'refused',
      'collector, µs',
      'detector, µs',
      'nats-server, µs',
      'first samples, µs',
      'detector, KiB/series',
      'all peaks, MiB',
      'Prometheus, KiB/series',
    ],
    rows: growth.map(({ series, partitions, cortex, prometheus }) => {
      if (typeof cortex === 'string')
        return [count(series), partitions, cortex, ...Array.from({ length: 8 }, () => '-')];
      const { idle, begun, end, samples, refused } = cortex;
      const micros = (name: string): number =>
        round(perMillion((end.get(name)?.cpuMs ?? 0) - (begun.get(name)?.cpuMs ?? 0), samples));
      return [
        count(series),
        partitions,
        count(samples),
        count(refused),
        micros('collector'),
        micros('detector'),
        micros('nats-server'),
        round(perMillion(cpuOf(begun) - cpuOf(idle), series * 2)),
        kibPerSeries(cortex, 'detector', series),
        count([...end.values()].reduce((sum, { peakMib }) => sum + peakMib, 0)),
        typeof prometheus === 'string' ? '-' : kibPerSeries(prometheus, 'Prometheus', series),
      ];
    }),
    notes: [
      'A partition takes 3,000 series: collector.partitions must grow with them. A hundred thousand come close to the heap',
      `that Node takes by default, or pass it: that row ran with NODE_OPTIONS=--max-old-space-size=${largeHeapMib}.`,
    ],
  };
}

function kibPerSeries({ idle, end }: BurstResult, name: string, series: number): number {
  return round((((end.get(name)?.mib ?? 0) - (idle.get(name)?.mib ?? 0)) * 1_024) / series);
}

function cpuOf(usage: Usage): number {
  return [...usage.values()].reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}
