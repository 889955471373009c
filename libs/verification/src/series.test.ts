import { expect, test } from 'vitest';
import { withoutLead } from './series.ts';

const batch = { service: 'shop', metric: 'errors', labels: {}, timesMs: [1_000, 2_000, 3_000], values: [1, 2, 3] };

test('samples of a sender whose clock is right stay where they are', () => {
  expect(withoutLead(batch, 3_000)).toEqual(batch);
  expect(withoutLead(batch, 60_000)).toEqual(batch);
});

test('samples of a sender whose clock is ahead are no later than they were there, at the distance that they had', () => {
  const ahead = { ...batch, timesMs: batch.timesMs.map((timeMs) => timeMs + 3_600_000) };
  expect(withoutLead(ahead, 3_000).timesMs).toEqual([1_000, 2_000, 3_000]);
});
