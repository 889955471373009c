import { mean, sampleKurtosis, sampleSkewness, standardDeviation } from 'simple-statistics';
import { expect, test } from 'vitest';
import { normalFrom, sampleIndices, seededRandom } from './seeded-random.ts';

test('the same seed gives the same numbers, neighbouring seeds do not', () => {
  const numbers = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
  expect(numbers(1)).toEqual(numbers(1));
  expect(numbers(1)).not.toEqual(numbers(2));
  expect(numbers(2 ** 32)).not.toEqual(numbers(0));
});

test('uniform numbers are uniform and normal ones normal', () => {
  const random = seededRandom(3);
  const uniform = Array.from({ length: 20_000 }, random);
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniform)).toBeLessThan(1);
  expect(mean(uniform)).toBeCloseTo(0.5, 2);
  expect(standardDeviation(uniform)).toBeCloseTo(1 / Math.sqrt(12), 2);
  const normal = Array.from({ length: 20_000 }, () => normalFrom(random));
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(standardDeviation(normal)).toBeCloseTo(1, 1);
  expect(sampleSkewness(normal)).toBeCloseTo(0, 1);
  expect(Math.abs(sampleKurtosis(normal))).toBeLessThan(0.15);
});

test('a sample has no index twice, and every index its fair chance', () => {
  const random = seededRandom(4);
  const counts = new Float64Array(20);
  for (let round = 0; round < 4_000; round += 1) {
    const indices = sampleIndices(20, 5, random);
    expect(new Set(indices).size).toBe(5);
    for (const index of indices) counts[index] = (counts[index] as number) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120);
});

test('a sample of more than there are is all of them', () => {
  expect([...sampleIndices(3, 10, seededRandom(5))]).toEqual([0, 1, 2]);
});
