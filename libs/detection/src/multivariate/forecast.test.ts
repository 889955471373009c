import { linearRegression } from 'simple-statistics';
import { expect, test } from 'vitest';
import { fitForecast, forecastErrors, restoreForecast, saveForecast, surpriseOfNext } from './forecast.ts';
import { matrixOf } from './matrix.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

/** The second column follows the first one row later. */
function following(rows: number, seed: number): number[][] {
  const random = seededRandom(seed);
  let last = 0;
  return Array.from({ length: rows }, () => {
    const next = 0.5 * last + normalFrom(random);
    const row = [next, 3 * last + 1];
    last = next;
    return row;
  });
}

test('a row that follows from the one before is no surprise, another one is', () => {
  const forecast = fitForecast(matrixOf(following(3_000, 1)), undefined, 1e-9);
  const out = new Float64Array(2);
  surpriseOfNext(forecast, [2, 0], [1, 7], out);
  expect(out[0]).toBeCloseTo(0, 1);
  expect(out[1]).toBeCloseTo(0, 5);
  surpriseOfNext(forecast, [2, 0], [1, 9], out);
  expect(out[1]).toBeCloseTo(2, 5);
});

test('for one column it is the regression of simple-statistics on the value before', () => {
  const column = following(400, 2).map(([value]) => [value as number]);
  const pairs = column.slice(1).map(([value], index) => [column[index]?.[0] as number, value as number]);
  const { m, b } = linearRegression(pairs);
  const forecast = fitForecast(matrixOf(column), undefined, 0);
  expect(forecast.weights[0]).toBeCloseTo(m, 10);
  expect(forecast.offsets[0]).toBeCloseTo(b, 10);
});

test('nothing is learnt or measured across a gap between runs', () => {
  const rows = following(64, 3);
  // Runs of four, each of them from another place.
  const runs = rows.filter((_, index) => index % 8 < 4);
  const forecast = fitForecast(matrixOf(runs), 4, 1e-12);
  const errors = forecastErrors(forecast, matrixOf(runs), 4);
  expect(errors.rows).toBe(24);
  for (let row = 0; row < errors.rows; row += 1) expect(errors.data[row * 2 + 1]).toBeCloseTo(0, 6);
});

test('a restored forecast expects the same', () => {
  const forecast = fitForecast(matrixOf(following(100, 4)));
  expect(restoreForecast(JSON.parse(JSON.stringify(saveForecast(forecast))))).toEqual(forecast);
});
