import { sampleCovariance } from 'simple-statistics';
import { expect, test } from 'vitest';
import { columnMeans, covariance } from './covariance.ts';
import { mapRows, matrixOf, rowOf } from './matrix.ts';
import { fitPca, pcaResidual, restorePca, savePca } from './pca.ts';
import { normalRows } from './rows.test-support.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Rows of five columns in a plane of two dimensions. */
function planeRow(one: number, other: number): number[] {
  return [1 + one, 2 + other, 3 + one + other, 4 - 2 * one, other - one];
}
const random = seededRandom(1);
const plane = matrixOf(Array.from({ length: 500 }, () => planeRow(normalFrom(random), normalFrom(random))));

test('rows in the plane have no residual, others have their squared distance from it', () => {
  const pca = fitPca(plane, { explained: 1 });
  expect(pca.components).toBe(2);
  for (let row = 0; row < 20; row += 1) expect(pcaResidual(pca, rowOf(plane, row))).toBeLessThan(1e-10);
  expect(pcaResidual(pca, planeRow(50, -80))).toBeLessThan(1e-10);
  // (1, 0, -1, 0, 0) is not in the plane; its part outside is what the residual measures, whatever the place in the plane.
  const [here, there] = [planeRow(0, 0), planeRow(3, -1)].map((row) => [
    (row[0] as number) + 1,
    row[1] as number,
    (row[2] as number) - 1,
    ...row.slice(3),
  ]);
  expect(pcaResidual(pca, here as number[])).toBeGreaterThan(0.5);
  expect(pcaResidual(pca, here as number[])).toBeCloseTo(pcaResidual(pca, there as number[]), 9);
});

test('as many components as explain the share, and never all of them', () => {
  const rows = normalRows(2_000, 4, 2);
  for (let row = 0; row < rows.rows; row += 1) rows.data[row * 4] = (rows.data[row * 4] as number) * 10;
  expect(fitPca(rows, { explained: 0.9 }).components).toBe(1);
  expect(fitPca(rows, { explained: 0.98 }).components).toBe(2);
  expect(fitPca(rows, { explained: 1 }).components).toBe(3);
  expect(fitPca(rows, { explained: 1, maxComponents: 1 }).components).toBe(1);
});

test('constant rows lie in a plane of no dimension', () => {
  const pca = fitPca(matrixOf(Array.from({ length: 10 }, () => [1, 2])));
  expect(pca.components).toBe(0);
  expect(pcaResidual(pca, [1, 4])).toBe(4);
});

test('a restored plane scores identically', () => {
  const pca = fitPca(plane);
  expect(restorePca(JSON.parse(JSON.stringify(savePca(pca))))).toEqual(pca);
});

test('covariances are those of simple-statistics', () => {
  const rows = normalRows(60, 3, 3, 100);
  const columnOf = (column: number): number[] => [...mapRows(rows, (row) => row[column] as number)];
  const mine = covariance(rows, columnMeans(rows));
  for (const one of [0, 1, 2]) {
    for (const other of [0, 1, 2]) {
      const theirs = (sampleCovariance(columnOf(one), columnOf(other)) * 59) / 60;
      expect(mine.data[one * 3 + other]).toBeCloseTo(theirs, 10);
    }
  }
});

test('eigenvectors are orthonormal and rebuild the matrix', () => {
  const rows = normalRows(200, 12, 4);
  const matrix = covariance(rows, columnMeans(rows));
  const { values, vectors } = symmetricEigen(matrix);
  expect([...values]).toEqual([...values].sort((left, right) => right - left));
  for (let one = 0; one < 12; one += 1) {
    for (let other = 0; other < 12; other += 1) {
      let product = 0;
      let rebuilt = 0;
      for (let index = 0; index < 12; index += 1) {
        product += (vectors.data[one * 12 + index] as number) * (vectors.data[other * 12 + index] as number);
        rebuilt +=
          (values[index] as number) *
          (vectors.data[index * 12 + one] as number) *
          (vectors.data[index * 12 + other] as number);
      }
      expect(product).toBeCloseTo(one === other ? 1 : 0, 10);
      expect(rebuilt).toBeCloseTo(matrix.data[one * 12 + other] as number, 10);
    }
  }
});
