import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memory } from '../memory.ts';
import { normalNoise, repeat } from '../test-support.ts';
import { EmpiricalTail } from './empirical-tail.ts';

function taught(deviations: readonly number[]): EmpiricalTail {
  const tail = new EmpiricalTail(new Memory());
  for (const deviation of deviations) {
    tail.surprise(deviation);
    tail.learn();
  }
  return tail;
}

const noise = normalNoise(1);
const normal = repeat(8_000, () => Math.abs(noise()));
/** Heavy: some are a hundred times as large as the usual ones. */
const heavy = repeat(8_000, () => Math.exp(1.5 * noise()));

test.each([
  ['normal', normal],
  ['heavy', heavy],
])('of %s deviations, one in ten surprises by 1, one in a hundred by 2, one in a thousand by 3', (_, deviations) => {
  const tail = taught(deviations);
  const sorted = deviations.toSorted((left, right) => left - right);
  const quantile = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;
  expect(Math.abs(tail.surprise(quantile(0.9)) - 1)).toBeLessThan(0.25);
  expect(Math.abs(tail.surprise(quantile(0.99)) - 2)).toBeLessThan(0.35);
  expect(Math.abs(tail.surprise(quantile(0.999)) - 3)).toBeLessThan(0.6);
});

test('beyond everything seen the surprise goes on growing, and faster where the series is calm', () => {
  const [calm, wild] = [taught(normal), taught(heavy)];
  expect(calm.surprise(20)).toBeGreaterThan(calm.surprise(10));
  expect(calm.surprise(20)).toBeGreaterThan(10);
  expect(wild.surprise(20)).toBeLessThan(4);
});

test('without history the series is assumed to be normally distributed', () => {
  const tail = new EmpiricalTail(new Memory());
  expect(tail.surprise(0.5)).toBeLessThan(0.5);
  expect(tail.surprise(3)).toBeGreaterThan(1.5);
  expect(tail.surprise(10)).toBeGreaterThan(8);
});

test('old history is forgotten', () => {
  const tail = taught([...heavy, ...repeat(60_000, (index) => normal[index % normal.length] ?? 0)]);
  expect(tail.surprise(20)).toBeGreaterThan(8);
});

test('a larger deviation never surprises less', () => {
  const tail = taught(normal);
  const deviation = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(deviation, deviation, (left, right) => {
      expect(tail.surprise(Math.min(left, right))).toBeLessThanOrEqual(tail.surprise(Math.max(left, right)));
    }),
  );
});
