import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tailScore } from './tail-score.ts';

test('one sample in ten thousand scores 0.5, a usual one nearly nothing, an impossible one nearly 1', () => {
  expect(tailScore(4)).toBe(0.5);
  expect(tailScore(1)).toBeLessThan(0.06);
  expect(tailScore(50)).toBeGreaterThan(0.98);
});

test('a rarer deviation never scores less, and no score leaves [0, 1]', () => {
  const surprise = fc.double({ min: 0, max: 50, noNaN: true });
  fc.assert(
    fc.property(surprise, surprise, (left, right) => {
      const [less, more] = [Math.min(left, right), Math.max(left, right)];
      expect(tailScore(less)).toBeLessThanOrEqual(tailScore(more));
      expect(tailScore(less)).toBeGreaterThanOrEqual(0);
      expect(tailScore(more)).toBeLessThanOrEqual(1);
    }),
  );
});
