import type { SeriesBatch } from '@cortex/contracts';
import { compileDetection, detect, emptyPartition } from '@cortex/detection';
import { count, ratio, type Table } from '../report.ts';

const startMs = Date.UTC(2026, 0, 5);
const stepMs = 10_000;
const settings = compileDetection([], []);

/** Samples per second through the detection of one partition, beside a running mean and deviation of the same samples. */
export function benchDetection(): Table {
  return {
    title: 'Detection in one process: all detectors on every sample, one batch of one sample per series at a time',
    columns: ['series', 'samples/s', 'mean and deviation alone, samples/s', 'ratio'],
    rows: [100, 1_000, 3_000].map((series) => {
      const rounds = Math.ceil(120_000 / series);
      const full = samplesPerSecond(series, rounds, detectAll);
      const bare = samplesPerSecond(series, rounds, meanAndDeviation);
      return [count(series), count(full), count(bare), ratio(bare, full)];
    }),
    notes: ['The cost of a sample must not grow with the number of series beyond what memory costs.'],
  };
}

type Run = (rounds: Iterable<readonly SeriesBatch[]>) => void;

function samplesPerSecond(series: number, rounds: number, run: Run): number {
  const batches = Array.from({ length: rounds }, (_, round) => batchOf(series, round));
  const before = process.cpuUsage();
  run(batches);
  const { user, system } = process.cpuUsage(before);
  return (series * rounds * 1e6) / (user + system);
}

function detectAll(rounds: Iterable<readonly SeriesBatch[]>): void {
  const state = emptyPartition();
  for (const series of rounds) detect(settings, state, { atMs: series[0]?.timesMs[0] ?? 0, series });
}

/** Welford's running mean and variance per series: the least that any detection does. */
function meanAndDeviation(rounds: Iterable<readonly SeriesBatch[]>): void {
  const known = new Map<string, { seen: number; mean: number; squares: number }>();
  for (const batches of rounds) {
    for (const { instance = '', values } of batches) {
      const running = known.get(instance) ?? { seen: 0, mean: 0, squares: 0 };
      known.set(instance, running);
      for (const value of values) {
        running.seen += 1;
        const before = value - running.mean;
        running.mean += before / running.seen;
        running.squares += before * (value - running.mean);
      }
    }
  }
}

function batchOf(series: number, round: number): SeriesBatch[] {
  return Array.from({ length: series }, (_, index) => ({
    service: 'shop',
    instance: `shop-${index}`,
    metric: 'queue_depth',
    labels: {},
    timesMs: [startMs + round * stepMs],
    // Wavy enough to keep the detectors at work, calm enough to open nothing.
    values: [100 + 10 * Math.sin(round / 7 + index) + ((index * 7919 + round * 104_729) % 100) / 20],
  }));
}
