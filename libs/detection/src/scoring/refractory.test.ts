import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refractory } from './refractory.ts';

function passed(scores: readonly number[]): number[] {
  const refractory = new Refractory();
  return scores.map((score) => refractory.pass(score));
}

test('of a run of high scores the first is reported, then only clearly worse ones', () => {
  expect(passed([0.1, 0.6, 0.6, 0.65, 0.8, 0.7])).toEqual([0.1, 0.6, 0, 0, 0.8, 0]);
});

test('after 48 quiet samples the same score is reported again', () => {
  const quiet = Array.from({ length: 48 }, () => 0);
  expect(passed([0.6, ...quiet, 0.6]).at(-1)).toBe(0.6);
  expect(passed([0.6, ...quiet.slice(1), 0.6]).at(-1)).toBe(0);
});

test('it agrees with the definition, over any scores', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }), (scores) => {
      const expected = scores.map((score, index) => {
        const worst = Math.max(0, ...scores.slice(Math.max(0, index - 48), index));
        return score > worst * 1.2 ? score : 0;
      });
      expect(passed(scores)).toEqual(expected);
    }),
  );
});
