import fc from 'fast-check';
import { expect, test } from 'vitest';
import { surprise, tailScore } from './tail-score.ts';

test.each([
  [0, 0],
  [1, 1.147874],
  [2, 3.0900372],
  [3, 5.9145814],
  [5, 14.3718512],
  [10, 52.5381379],
])('the surprise of %f deviations is −ln of their two-sided tail probability', (z, expected) => {
  expect(surprise(z)).toBeCloseTo(expected, 5);
  expect(surprise(-z)).toBe(surprise(z));
});

test('a score is 0.5 at the threshold, near 0 for a normal value, near 1 far beyond', () => {
  for (const threshold of [2, 3, 6]) expect(tailScore(threshold, threshold)).toBeCloseTo(0.5, 12);
  expect(tailScore(0, 3)).toBeCloseTo(0, 6);
  expect(tailScore(1, 3)).toBeLessThan(0.04);
  expect(tailScore(5, 3)).toBeGreaterThan(0.85);
  expect(tailScore(10, 3)).toBeGreaterThan(0.98);
  expect(tailScore(Number.POSITIVE_INFINITY, 3)).toBe(1);
  expect(tailScore(1e200, 3)).toBe(1);
});

test('a larger deviation never scores less, and no score leaves [0, 1]', () => {
  const deviation = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(deviation, deviation, (one, other) => {
      const [less, more] = [tailScore(Math.min(one, other), 3), tailScore(Math.max(one, other), 3)];
      expect(less).toBeGreaterThanOrEqual(0);
      expect(more).toBeLessThanOrEqual(1);
      expect(less).toBeLessThanOrEqual(more + 1e-9);
    }),
  );
});
