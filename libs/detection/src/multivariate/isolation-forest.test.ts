import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { contaminationThreshold, forestScore, growForest, restoreForest, saveForest } from './isolation-forest.ts';
import { mapRows, matrixOf, type Matrix } from './matrix.ts';
import { averagePathLength } from './path-length.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

function cloud(rows: number, columns: number, seed: number, centre = 0): Matrix {
  const random = seededRandom(seed);
  return matrixOf(
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => centre + normalFrom(random))),
  );
}

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 5 / 3],
  [4, 13 / 6],
  [256, 10.2487],
  [2016, 14.3727],
])('the mean path among %i rows is %f', (rows, expected) => {
  expect(averagePathLength(rows)).toBeCloseTo(expected, 3);
});

test('the mean path grows without a step where the sum becomes a series', () => {
  for (const rows of [256, 257, 258, 259]) {
    let harmonic = 0;
    for (let term = 1; term < rows; term += 1) harmonic += 1 / term;
    expect(averagePathLength(rows)).toBeCloseTo(2 * harmonic - (2 * (rows - 1)) / rows, 10);
  }
});

test('a row far out scores far above one in the middle, and the average row about 0.5 or less', () => {
  const rows = cloud(2_000, 6, 1);
  const forest = growForest(rows, {}, seededRandom(2));
  const scores = mapRows(rows, (row) => forestScore(forest, row));
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  expect(forestScore(forest, [8, 8, 8, 8, 8, 8])).toBeGreaterThan(0.7);
  expect(forestScore(forest, [0, 0, 0, 0, 0, 0])).toBeLessThan(0.4);
  // scikit-learn 1.9.1 has 0.425 on rows of this kind.
  expect(mean).toBeGreaterThan(0.41);
  expect(mean).toBeLessThan(0.46);
});

test('rows of uniform noise without structure score about 0.5', () => {
  const random = seededRandom(3);
  const rows = matrixOf(Array.from({ length: 256 }, () => [random()]));
  const forest = growForest(rows, { sampleSize: 256 }, random);
  const scores = mapRows(rows, (row) => forestScore(forest, row));
  expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeCloseTo(0.5, 1);
});

test('the number of trees need not divide by four', () => {
  const rows = cloud(300, 3, 4);
  for (const trees of [1, 2, 3, 5, 7]) {
    const forest = growForest(rows, { trees }, seededRandom(5));
    expect(forestScore(forest, [9, 9, 9])).toBeGreaterThan(forestScore(forest, [0, 0, 0]));
  }
});

test('constant columns say nothing and cost nothing', () => {
  const varied = cloud(500, 2, 6);
  const padded = matrixOf(Array.from({ length: 500 }, (_, row) => [7, ...varied.data.slice(2 * row, 2 * row + 2), 0]));
  const forest = growForest(padded, {}, seededRandom(7));
  expect(forestScore(forest, [7, 9, 9, 0])).toBeGreaterThan(0.7);
  expect(forestScore(forest, [1e9, 0, 0, -1e9])).toBe(forestScore(forest, [7, 0, 0, 0]));
});

test('when every column is constant, every row scores 0.5', () => {
  const forest = growForest(matrixOf(Array.from({ length: 300 }, () => [1, 2, 3])), {}, seededRandom(8));
  expect(forestScore(forest, [1, 2, 3])).toBeCloseTo(0.5, 12);
  expect(forestScore(forest, [9, 9, 9])).toBeCloseTo(0.5, 12);
});

test('one row is enough to grow, none is refused', () => {
  expect(forestScore(growForest(matrixOf([[1, 2]]), {}, seededRandom(9)), [5, 5])).toBe(0.5);
  expect(() => growForest(matrixOf([]), {}, seededRandom(9))).toThrow(RangeError);
});

test('a tree sees no more rows than its sample, so that a cluster of outliers does not hide itself', () => {
  const random = seededRandom(10);
  const crowd = Array.from({ length: 3_800 }, () => [normalFrom(random), normalFrom(random)]);
  const cluster = Array.from({ length: 200 }, () => [6 + normalFrom(random) / 20, 6 + normalFrom(random) / 20]);
  const rows = matrixOf([...crowd, ...cluster]);
  const small = growForest(rows, { sampleSize: 64 }, random);
  const large = growForest(rows, { sampleSize: 4_000 }, random);
  expect(small.height).toBe(6);
  expect(forestScore(small, [6, 6])).toBeGreaterThan(0.6);
  expect(forestScore(small, [6, 6])).toBeGreaterThan(forestScore(large, [6, 6]));
});

test('a tenth of the training rows lies above the contamination threshold', () => {
  const rows = cloud(1_000, 4, 11);
  const forest = growForest(rows, {}, seededRandom(12));
  const threshold = contaminationThreshold(forest, rows, 0.1);
  expect(mapRows(rows, (row) => forestScore(forest, row)).filter((score) => score > threshold)).toHaveLength(100);
});

test('a forest grown again on shifted rows adopts the new regime', () => {
  const before = growForest(cloud(500, 3, 13), {}, seededRandom(14));
  const after = growForest(cloud(500, 3, 13, 1_000), {}, seededRandom(14));
  expect(forestScore(before, [0, 0, 0])).toBeLessThan(0.45);
  expect(forestScore(after, [0, 0, 0])).toBeGreaterThan(0.7);
  expect(forestScore(after, [1_000, 1_000, 1_000])).toBeLessThan(0.45);
});

test('the same seed grows the same forest, another seed another one', () => {
  const rows = cloud(400, 5, 15);
  expect(growForest(rows, {}, seededRandom(1))).toEqual(growForest(rows, {}, seededRandom(1)));
  expect(growForest(rows, {}, seededRandom(1))).not.toEqual(growForest(rows, {}, seededRandom(2)));
});

test('a forest restored from JSON scores identically', () => {
  const rows = cloud(400, 5, 16);
  const forest = growForest(rows, {}, seededRandom(17));
  const restored = restoreForest(JSON.parse(JSON.stringify(saveForest(forest))));
  expect(restored).toEqual(forest);
});

test('what is not a forest is not restored', () => {
  const saved = saveForest(growForest(cloud(50, 2, 18), {}, seededRandom(19)));
  expect(() => restoreForest({ ...saved, trees: 99 })).toThrow(RangeError);
  expect(() => restoreForest({})).toThrow(z.ZodError);
});

test('scores stay between 0 and 1 for every row, however strange', () => {
  const forest = growForest(cloud(300, 3, 20), {}, seededRandom(21));
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 3, maxLength: 3 }), (row) => {
      const score = forestScore(forest, row);
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThan(1);
    }),
  );
});

test('values that differ by one last bit of 32 are split without an empty side', () => {
  const lastBit = 2 ** -23;
  const rows = matrixOf(Array.from({ length: 64 }, (_, row) => [row % 2 === 0 ? 1 : 1 + lastBit]));
  const forest = growForest(rows, {}, seededRandom(22));
  expect([...forest.splitValues].filter((value) => value !== 0)).toEqual(Array(100).fill(1 + lastBit));
});
