import fc from 'fast-check';
import { expect, test } from 'vitest';
import { surpriseOfCount } from './surprise-of-count.ts';

test('it is the upper tail of Poisson', () => {
  expect(surpriseOfCount(1, 0.01)).toBeCloseTo(-Math.log10(1 - Math.exp(-0.01)), 9);
  const two = 1 - Math.exp(-0.5) * (1 + 0.5);
  expect(surpriseOfCount(2, 0.5)).toBeCloseTo(-Math.log10(two), 9);
});

test('the expected count is no surprise', () => {
  expect([surpriseOfCount(0, 0), surpriseOfCount(3, 3), surpriseOfCount(2, 7), surpriseOfCount(5, 0)]).toEqual([
    0, 0, 0, 0,
  ]);
});

test('a higher count, or a lower expectation, is never less surprising; the result is always a number', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000 }),
      fc.double({ min: 1e-9, max: 2_000, noNaN: true }),
      (count, mean) => {
        const surprise = surpriseOfCount(count, mean);
        expect(Number.isFinite(surprise)).toBe(true);
        expect(surpriseOfCount(count + 1, mean)).toBeGreaterThanOrEqual(surprise - 1e-9);
        expect(surpriseOfCount(count, mean / 2)).toBeGreaterThanOrEqual(surprise - 1e-9);
      },
    ),
  );
});
