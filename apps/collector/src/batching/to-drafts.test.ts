import { maxEventBytes, telemetryMetrics, type SeriesSample } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { partitionOf } from './partition-of.ts';
import { toDrafts } from './to-drafts.ts';

function sample(instance: string, metric: string, timeMs: number, labels: Record<string, string> = {}): SeriesSample {
  return { service: 'shop', instance, metric, labels, timeMs, value: timeMs / 2 };
}

test('samples become columns, one event per partition, in the order in which they came', () => {
  const drafts = toDrafts([sample('a', 'cpu', 1), sample('a', 'memory', 2), sample('a', 'cpu', 3)], 4);
  const partition = partitionOf({ service: 'shop', instance: 'a' }, 4);
  expect(drafts).toHaveLength(1);
  expect(drafts[0]).toMatchObject({
    partition,
    data: {
      partition,
      series: [
        { metric: 'cpu', timesMs: [1, 3], values: [0.5, 1.5] },
        { metric: 'memory', timesMs: [2], values: [1] },
      ],
    },
  });
});

test('all series of an instance share a partition, and instances spread over all partitions', () => {
  const partitions = Array.from({ length: 200 }, (_, index) =>
    partitionOf({ service: 'shop', instance: `shop-${index}` }, 4),
  );
  expect(new Set(partitions)).toEqual(new Set([0, 1, 2, 3]));
  expect(partitionOf({ service: 'shop', instance: 'shop-1' }, 4)).toBe(partitions[1]);
});

test('however large the labels, every event is valid and below the limit of the bus', () => {
  const labels = { note: 'x'.repeat(1_000) };
  const samples = Array.from({ length: 5_000 }, (_, index) =>
    sample('a', 'cpu', index, { ...labels, index: String(index) }),
  );
  const drafts = toDrafts(samples, 4);
  expect(drafts.length).toBeGreaterThan(1);
  for (const { data } of drafts) {
    expect(telemetryMetrics.data.safeParse(data).error).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(maxEventBytes * 0.75);
  }
  expect(drafts.flatMap(({ data }) => data.series)).toHaveLength(5_000);
});

test('a series with very many samples is split', () => {
  const drafts = toDrafts(
    Array.from({ length: 12_000 }, (_, index) => sample('a', 'cpu', index)),
    1,
  );
  for (const { data } of drafts) expect(telemetryMetrics.data.safeParse(data).error).toBeUndefined();
  expect(drafts.flatMap(({ data }) => data.series.flatMap(({ timesMs }) => timesMs))).toEqual(
    Array.from({ length: 12_000 }, (_, index) => index),
  );
});

test('nothing to send is no event', () => {
  expect(toDrafts([], 4)).toEqual([]);
});
