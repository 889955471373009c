import { expect, test } from 'vitest';
import { scoreEntity, startEntity, type EntityReading, type EntityState } from './entity-detector.ts';
import { fitEntity, type EntityModel } from './entity-model.ts';
import { matrixOf } from './matrix.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

/** A server: load decides CPU, latency and requests; memory goes its own way, errors are always zero. */
function serverRows(count: number, seed: number, scale = 1): number[][] {
  const random = seededRandom(seed);
  let load = 0;
  return Array.from({ length: count }, () => {
    load = 0.95 * load + 0.3 * normalFrom(random);
    const noise = (): number => 0.1 * normalFrom(random);
    return [scale * (50 + 10 * load + noise()), 20 + 3 * load + noise(), 100 + 20 * load + noise(), 4 + noise(), 0];
  });
}

function readings(model: EntityModel, rows: readonly number[][]): EntityReading[] {
  let state: EntityState = startEntity(model);
  return rows.map((row) => {
    const step = scoreEntity(state, row);
    state = step.state;
    return step.reading;
  });
}

const quick = { autoencoder: { epochs: 3 } } as const;
const model = fitEntity(matrixOf(serverRows(1_500, 1)), quick, 1);

test('rows like those learnt from rarely score above a half', () => {
  const scores = readings(model, serverRows(2_000, 2)).map(({ score }) => score);
  expect(scores.filter((score) => score > 0.5).length).toBeLessThan(40);
  expect(scores.toSorted((left, right) => left - right)[1_000]).toBeLessThan(0.05);
});

test.each([
  ['a metric far out of its range', [50, 20, 100, 12, 0]],
  ['metrics in their ranges that break with one another', [60, 17, 120, 4, 0]],
  ['the first value of a metric that was always zero', [50, 20, 100, 4, 1]],
])('%s scores high within two rows', (_, strange) => {
  const rows = serverRows(300, 3);
  const last = readings(model, [...rows, strange, strange]).at(-1);
  expect(last?.score).toBeGreaterThan(0.6);
  expect(last?.surprise).toBeGreaterThan(7);
});

test('a reading names the metric that deviates most, and by how much', () => {
  const [reading] = readings(model, [[50, 20, 100, 12, 0]]);
  expect(reading?.column).toBe(3);
  expect(reading?.deviation).toBe(30);
});

test('a reading has the score of every member', () => {
  const [reading] = readings(model, serverRows(1, 4));
  expect(Object.keys(reading?.members ?? {})).toEqual(['distance', 'forecast', 'autoencoder', 'forest', 'maximum']);
});

test('without the autoencoder the others decide', () => {
  const lean = fitEntity(matrixOf(serverRows(1_500, 1)), { autoencoder: false }, 1);
  const last = readings(lean, [...serverRows(300, 3), [60, 17, 120, 4, 0], [60, 17, 120, 4, 0]]).at(-1);
  expect(last?.members).not.toHaveProperty('autoencoder');
  expect(last?.score).toBeGreaterThan(0.6);
});

test('the scale of a metric makes no difference', () => {
  const lean = { autoencoder: false } as const;
  const one = readings(fitEntity(matrixOf(serverRows(800, 1)), lean, 1), serverRows(200, 5));
  const other = readings(fitEntity(matrixOf(serverRows(800, 1, 1024)), lean, 1), serverRows(200, 5, 1024));
  for (const [index, { surprise }] of one.entries()) expect(other[index]?.surprise).toBeCloseTo(surprise, 6);
});

test('a gap in a metric is no anomaly, and none of the following rows suffers', () => {
  const rows = serverRows(200, 6);
  const gap = rows.map((row, index) => (index === 100 ? [Number.NaN, ...row.slice(1)] : row));
  for (const { score } of readings(model, gap).slice(100, 120)) expect(score).toBeLessThan(0.9);
  expect(readings(model, gap).every(({ surprise }) => Number.isFinite(surprise))).toBe(true);
});

test('gaps in the rows learnt from are bridged', () => {
  const rows = serverRows(500, 7);
  for (let row = 3; row < 500; row += 10) (rows[row] as number[])[1] = Number.NaN;
  const last = readings(fitEntity(matrixOf(rows), { autoencoder: false }, 1), serverRows(50, 8)).at(-1);
  expect(last?.score).toBeLessThan(0.6);
});

test('fitted again on a new regime, it finds the old one strange', () => {
  const lean = { autoencoder: false } as const;
  const after = fitEntity(matrixOf(serverRows(1_000, 9).map((row) => row.map((value) => value + 500))), lean, 1);
  expect(readings(after, serverRows(20, 10)).at(-1)?.score).toBeGreaterThan(0.9);
  const shifted = serverRows(200, 10).map((row) => row.map((value) => value + 500));
  expect(readings(after, shifted).at(-1)?.score).toBeLessThan(0.6);
});

test('a row of another width is refused', () => {
  expect(() => scoreEntity(startEntity(model), [1, 2])).toThrow(RangeError);
});

test('a handful of rows is enough to begin with', () => {
  for (const count of [1, 2, 5]) {
    const small = fitEntity(matrixOf(serverRows(count, 12)), { autoencoder: { epochs: 1 } }, 1);
    expect(Number.isFinite(readings(small, serverRows(3, 13)).at(-1)?.surprise)).toBe(true);
  }
});
