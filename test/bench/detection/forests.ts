import { forestScore, growForest, mapRows, rowOf, seededRandom, type Matrix } from '@cortex/detection';
import { IsolationForest } from 'ml-isolation-forest';
import { milliseconds, ratio, round, type Table } from '../report.ts';

const columns = 6;

/** Our forest and the package of that name: growing a hundred trees and scoring a row, in processor time. */
export function benchForests(): Table {
  return {
    title: `Isolation forests of 100 trees, ${columns} metrics`,
    columns: ['rows', 'grow', 'ml-isolation-forest', 'ratio', 'score a row', 'ml-isolation-forest', 'ratio'],
    rows: [256, 2_016, 10_080].map((count) => {
      const rows = waves(count);
      const arrays = Array.from({ length: count }, (_, row) => [...rowOf(rows, row)]);
      const random = seededRandom(1);
      const growMs = leastCpuMs(40, () => void growForest(rows, {}, random));
      const forest = growForest(rows, {}, random);
      const scoreMs = leastCpuMs(20, () => void mapRows(rows, (row) => forestScore(forest, row)));
      const theirs = new IsolationForest({ nEstimators: 100 });
      const theirGrowMs = leastCpuMs(5, () => {
        new IsolationForest({ nEstimators: 100 }).train(arrays);
      });
      theirs.train(arrays);
      const theirScoreMs = leastCpuMs(5, () => void theirs.predict(arrays));
      return [
        count,
        milliseconds(growMs),
        milliseconds(theirGrowMs),
        ratio(theirGrowMs, growMs),
        microseconds(scoreMs / count),
        microseconds(theirScoreMs / count),
        ratio(theirScoreMs, scoreMs),
      ];
    }),
    notes: ['The least of several runs. Ours samples 256 rows a tree, the package has no sampling and takes them all.'],
  };
}

/** The least processor time of several runs. */
function leastCpuMs(runs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < runs; index += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

export function microseconds(ms: number): string {
  return `${round(ms * 1_000)} µs`;
}

function waves(rows: number): Matrix {
  const random = seededRandom(2);
  const data = Float64Array.from({ length: rows * columns }, (_, index) => {
    return Math.sin(Math.floor(index / columns) / 100 + (index % columns)) + random() + random();
  });
  return { rows, columns, data };
}
