import type { PartitionDraft, SeriesSample } from '@cortex/contracts';
import { expect, test, vi } from 'vitest';
import { Batcher, type BatcherOptions } from './batcher.ts';

function samples(count: number, fromMs = 0): SeriesSample[] {
  return Array.from({ length: count }, (_, index) => ({
    service: 'shop',
    metric: 'cpu',
    labels: {},
    timeMs: fromMs + index,
    value: index,
  }));
}

/** A batcher whose publications the test answers. */
function setUp(options: Partial<BatcherOptions> = {}) {
  const published: PartitionDraft<'telemetry.metrics'>[] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const lost: number[] = [];
  const batcher = new Batcher({
    partitions: 1,
    flushAfterMs: 5,
    publish(draft) {
      published.push(draft);
      return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
    },
    onLost: (count) => lost.push(count),
    ...options,
  });
  return { batcher, published, answers, lost };
}

test('few samples wait for the time, many are sent at once', async () => {
  const { batcher, published } = setUp({ flushAtSamples: 100 });
  batcher.offer(samples(1));
  expect(batcher.waiting).toBe(0);
  await vi.waitFor(() => expect(published).toHaveLength(1));
  const atOnce = setUp({ flushAtSamples: 100, flushAfterMs: 60_000 });
  atOnce.batcher.offer(samples(100));
  await vi.waitFor(() => expect(atOnce.published).toHaveLength(1));
});

test('events of one partition are published one after the other', async () => {
  const { batcher, published, answers } = setUp({ flushAtSamples: 1 });
  batcher.offer(samples(1, 10));
  batcher.offer(samples(1, 20));
  await vi.waitFor(() => expect(published).toHaveLength(1));
  answers[0]?.resolve();
  await vi.waitFor(() => expect(published).toHaveLength(2));
  expect(published.map(({ data }) => data.series[0]?.timesMs[0])).toEqual([10, 20]);
});

test('further samples are refused while too many events await publication', async () => {
  const { batcher, answers } = setUp({ flushAtSamples: 1, maxWaiting: 2 });
  expect([batcher.offer(samples(1)), batcher.offer(samples(1)), batcher.offer(samples(1))]).toEqual([
    true,
    true,
    false,
  ]);
  expect(batcher.isFull).toBe(true);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]?.resolve();
  await vi.waitFor(() => expect(batcher.offer(samples(1))).toBe(true));
});

test('an event that cannot be published is counted as lost and does not stop the rest', async () => {
  const { batcher, published, answers, lost } = setUp({ flushAtSamples: 1 });
  batcher.offer(samples(3));
  batcher.offer(samples(1));
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  answers[0]?.reject(new Error('closed'));
  await vi.waitFor(() => expect(published).toHaveLength(2));
  expect(lost).toEqual([3]);
});

test('closing publishes what is left', async () => {
  const published: unknown[] = [];
  const { batcher } = setUp({
    flushAfterMs: 60_000,
    publish: (draft) => Promise.resolve(published.push(draft)),
  });
  batcher.offer(samples(2));
  await batcher.close();
  expect(published).toHaveLength(1);
});
