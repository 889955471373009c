import { mean, standardDeviation } from 'simple-statistics';
import { expect, test } from 'vitest';
import { mapRows, matrixOf } from './matrix.ts';
import { normalRows } from './rows.test-support.ts';
import { fitRidgeDistance, restoreRidgeDistance, ridgeDistance, saveRidgeDistance } from './ridge-distance.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

test('in one dimension it is the squared z, damped by the ridge', () => {
  const rows = matrixOf([[1], [2], [4], [9]]);
  const column = [1, 2, 4, 9];
  const squared = ((20 - mean(column)) / standardDeviation(column)) ** 2;
  const scratch = new Float64Array(1);
  expect(ridgeDistance(fitRidgeDistance(rows, 0), [20], scratch)).toBeCloseTo(squared, 10);
  expect(ridgeDistance(fitRidgeDistance(rows, standardDeviation(column) ** 2), [20], scratch)).toBeCloseTo(
    squared / 2,
    10,
  );
});

test('breaking a correlation is farther than following it', () => {
  const random = seededRandom(1);
  const rows = matrixOf(
    Array.from({ length: 1_000 }, () => {
      const common = normalFrom(random);
      return [common + normalFrom(random) / 10, common + normalFrom(random) / 10];
    }),
  );
  const distance = fitRidgeDistance(rows, 0.1);
  const scratch = new Float64Array(2);
  expect(ridgeDistance(distance, [2, -2], scratch)).toBeGreaterThan(10 * ridgeDistance(distance, [2, 2], scratch));
});

test('the mean squared distance of the fitted rows is the number of columns', () => {
  const rows = normalRows(3_000, 5, 2);
  const distance = fitRidgeDistance(rows, 0);
  const scratch = new Float64Array(5);
  expect(mean([...mapRows(rows, (row) => ridgeDistance(distance, row, scratch))])).toBeCloseTo(5, 8);
});

test('columns without variance need a ridge', () => {
  const rows = matrixOf([
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  expect(() => fitRidgeDistance(rows, 0)).toThrow(RangeError);
  expect(ridgeDistance(fitRidgeDistance(rows, 0.5), [2, 1], new Float64Array(2))).toBeCloseTo(2, 12);
});

test('a restored distance measures identically', () => {
  const distance = fitRidgeDistance(normalRows(100, 4, 3), 0.3);
  expect(restoreRidgeDistance(JSON.parse(JSON.stringify(saveRidgeDistance(distance))))).toEqual(distance);
});
