import { SeriesLimits, type SeriesBatch } from '@cortex/contracts';
import { compileDetection, detect, emptyPartition, seededRandom } from '@cortex/detection';
import { count, round, type Table } from '../report.ts';

const settings = compileDetection([], [], { seriesLimits: SeriesLimits.parse({ perService: 3_000 }) });
const startMs = Date.UTC(2026, 0, 5);
const stepMs = 60_000;
const samplesPerSeries = 400;

/** What one series costs in time and memory, and how that grows with their number. */
export function benchSeries(): Table {
  return {
    title: 'All detectors of one metric, every sample of every series, in one process',
    columns: ['series', 'processor time a sample', 'memory a series'],
    rows: [300, 1_000, 3_000].map((series) => {
      const { us, kilobytes } = costOf(series);
      return [
        count(series),
        `${round(us)} µs`,
        kilobytes === undefined ? 'start node with --expose-gc' : `${round(kilobytes)} KB`,
      ];
    }),
    notes: [
      'Goals: at most 2 µs a sample and 16 KB a series. 3,000 series are the most that a partition takes by default.',
    ],
  };
}

function costOf(series: number): { readonly us: number; readonly kilobytes: number | undefined } {
  const noise = Float64Array.from({ length: 4_096 }, seededRandom(1));
  const identities = Array.from({ length: series }, (_, index) => ({
    service: 'shop',
    instance: `shop-${index}`,
    metric: 'queue_depth',
    labels: {},
  }));
  const before = usedBytes();
  const state = emptyPartition();
  let cpuUs = 0;
  for (let turn = 0; turn < samplesPerSeries; turn += 1) {
    const timeMs = startMs + turn * stepMs;
    const batch: SeriesBatch[] = identities.map((identity, index) => ({
      ...identity,
      timesMs: [timeMs],
      values: [100 + 10 * Math.sin(turn / 229 + index) + 4 * (noise[(turn * 31 + index * 17) % 4_096] ?? 0)],
    }));
    const from = process.cpuUsage();
    detect(settings, state, { atMs: timeMs, series: batch });
    const { user, system } = process.cpuUsage(from);
    // The first ones warm the code up and create the series.
    if (turn >= samplesPerSeries / 4) cpuUs += user + system;
  }
  const after = usedBytes();
  return {
    us: cpuUs / (series * samplesPerSeries * 0.75),
    kilobytes: before === undefined || after === undefined ? undefined : (after - before) / 1_024 / state.series.size,
  };
}

function usedBytes(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
