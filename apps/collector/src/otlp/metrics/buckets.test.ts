import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejection } from '../../rejections.ts';
import { bucketsOf, increaseOf, maxBounds, quantileOf, type Buckets } from './buckets.ts';

const buckets = (counts: readonly number[], bounds: readonly number[], sum = 1): Buckets => ({
  count: counts.reduce((total, count) => total + count, 0),
  sum,
  counts,
  bounds,
});

describe('quantiles', () => {
  test.each([
    [[0, 10, 0], [1, 2], 0.5, 1.5],
    [[10, 0, 0], [1, 2], 0.95, 0.95],
    [[5, 5, 0], [1, 2], 0.5, 1],
    [[0, 0, 7], [1, 2], 0.99, 2],
    [[4, 0], [-1], 0.5, -1],
    [[0, 0], [1], 0.5, undefined],
    [[], [], 0.5, undefined],
  ])('of %j between %j, %f is %s', (counts, bounds, quantile, expected) => {
    expect(quantileOf(buckets(counts, bounds), quantile)?.toFixed(6)).toBe(expected?.toFixed(6));
  });

  test('lie within the bounds, and a higher one is no smaller', () => {
    const Bounds = fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(Bounds, fc.array(fc.nat(50), { minLength: 10, maxLength: 10 }), (unsorted, some) => {
        const bounds = unsorted.sort((left, right) => left - right);
        const counts = some.slice(0, bounds.length + 1);
        fc.pre(counts.some((count) => count > 0));
        const values = [0.01, 0.5, 0.95, 0.99].map(
          (quantile) => quantileOf(buckets(counts, bounds), quantile) ?? Number.NaN,
        );
        expect([...values].sort((left, right) => left - right)).toEqual(values);
        expect(values[0]).toBeGreaterThanOrEqual(Math.min(0, bounds[0] ?? 0));
        expect(values.at(-1)).toBeLessThanOrEqual(bounds.at(-1) ?? 0);
      }),
    );
  });
});

describe('what was counted since', () => {
  test('is the difference', () => {
    expect(increaseOf(buckets([1, 2], [1], 3), buckets([4, 2], [1], 5))).toEqual(buckets([3, 0], [1], 2));
  });

  test.each([
    ['a reset', buckets([0, 1], [1])],
    ['other bounds', buckets([9, 9], [2])],
    ['fewer buckets', buckets([], [])],
  ])('is all of it after %s', (_, now) => {
    expect(increaseOf(buckets([1, 2], [1]), now)).toEqual(now);
  });
});

test.each([
  ['bounds that fall', { bucketCounts: [1, 2, 3], explicitBounds: [2, 1] }],
  ['bounds that are none', { bucketCounts: [1, 2], explicitBounds: ['NaN'] }],
  ['too few buckets', { bucketCounts: [1], explicitBounds: [1] }],
  ['a negative count', { bucketCounts: [1, -2], explicitBounds: [1] }],
  ['a count that is none', { count: 'x' }],
  ['an endless sum', { sum: 'Infinity' }],
  ['too many bounds', { explicitBounds: Array.from({ length: maxBounds + 1 }, (_, index) => index) }],
])('%s are no histogram', (_, point) => {
  expect(bucketsOf('latency', point)).toBeInstanceOf(Rejection);
});
