import { mean, standardDeviation } from 'simple-statistics';
import { expect, test } from 'vitest';
import { matrixOf } from './matrix.ts';
import { fitScaler, restoreScaler, saveScaler, standardise } from './scaler.ts';

const column = [3, 5, 9, 4, 7];
const scaler = fitScaler(matrixOf(column.map((value) => [value, 0, 50])));

function standard(row: readonly number[]): number[] {
  const out = new Float64Array(row.length);
  standardise(scaler, row, out);
  return [...out];
}

test('a column is measured in its own deviations', () => {
  const expected = (8 - mean(column)) / standardDeviation(column);
  expect(standard([8, 0, 50])[0]).toBeCloseTo(expected, 12);
});

test('a column that never varied is measured by its size, one that was always zero not at all', () => {
  expect(standard([3, 0, 53])[2]).toBeCloseTo(3, 12);
  expect(standard([3, 1e-9, 50])[1]).toBe(10);
  expect(standard([3, -5, 50])[1]).toBe(-10);
});

test('nothing is further out than 30 deviations, and a gap deviates by none', () => {
  expect(standard([1e12, Number.NaN, Number.NEGATIVE_INFINITY])).toEqual([30, 0, -30]);
});

test('a restored scaler measures identically', () => {
  expect(restoreScaler(JSON.parse(JSON.stringify(saveScaler(scaler))))).toEqual(scaler);
});
