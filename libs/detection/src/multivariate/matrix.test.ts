import { expect, test } from 'vitest';
import { emptyMatrix, matrixOf, pickColumns, pickRows } from './matrix.ts';

const matrix = matrixOf([
  [1, Number.NaN, 3],
  [4, 5, 6],
]);

test('columns are picked in the order that is asked for, with their gaps', () => {
  expect(pickColumns(matrix, [2, 1])).toEqual(
    matrixOf([
      [3, Number.NaN],
      [6, 5],
    ]),
  );
  expect(pickColumns(matrix, [])).toEqual(emptyMatrix(2, 0));
});

test('rows are picked likewise', () => {
  expect(pickRows(matrix, Int32Array.of(1, 1))).toEqual(
    matrixOf([
      [4, 5, 6],
      [4, 5, 6],
    ]),
  );
});
