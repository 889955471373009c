import { expect, test } from 'vitest';
import { addRow, emptyWindow, restoreWindow, saveWindow, trainingRowsOf, type RowWindow } from './row-window.ts';

const bounds = { rows: 640, span: 20_000 };

/** Rows whose one value is their number; those of `strange` are anomalous. */
function counted(rows: number, strange: (row: number) => boolean = () => false, options = bounds): RowWindow {
  let window = emptyWindow(1);
  for (let row = 0; row < rows; row += 1) window = addRow(window, [row], strange(row), options);
  return window;
}

test('before the first whole run, the open one is all there is', () => {
  const { rows, runRows } = trainingRowsOf(counted(5));
  expect([...rows.data]).toEqual([0, 1, 2, 3, 4]);
  expect(runRows).toBe(5);
});

test('the rows of a run followed one another', () => {
  const { rows, runRows } = trainingRowsOf(counted(5_000));
  for (let row = 1; row < rows.rows; row += 1) {
    const step = (rows.data[row] as number) - (rows.data[row - 1] as number);
    expect(row % runRows === 0 ? step > 0 : step === 1).toBe(true);
  }
});

test('never more rows than allowed, spread over all of the past', () => {
  const { runs } = counted(10_000);
  expect(runs).toHaveLength(10);
  const starts = runs.map(({ start }) => start);
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] as number));
  expect(starts[0]).toBe(0);
  expect(starts.at(-1)).toBeGreaterThan(9_800);
  expect(Math.max(...gaps)).toBeLessThan(4_000);
});

test('rows older than the span are dropped', () => {
  const { runs } = counted(10_000, undefined, { rows: 640, span: 2_000 });
  expect(runs[0]?.start).toBeGreaterThanOrEqual(8_000 - 64);
});

test('an anomaly that passed is not learnt from', () => {
  const { rows } = trainingRowsOf(counted(640, (row) => row >= 128 && row < 256));
  expect(rows.rows).toBe(512);
  expect(rows.data.some((value) => value >= 128 && value < 256)).toBe(false);
});

test('a few anomalous rows do not spoil a run', () => {
  expect(trainingRowsOf(counted(640, (row) => row % 64 === 3)).rows.rows).toBe(640);
});

test('an anomaly that stays is the new normal', () => {
  const large = { rows: 6_400, span: 20_000 };
  expect(trainingRowsOf(counted(1_600, (row) => row >= 640, large)).rows.rows).toBe(640);
  expect(trainingRowsOf(counted(1_792, (row) => row >= 640, large)).rows.rows).toBe(1_792);
});

test('a window is not changed by later rows', () => {
  const before = counted(100);
  const saved = JSON.stringify(saveWindow(before));
  let after = before;
  for (let row = 0; row < 100; row += 1) after = addRow(after, [0], true, bounds);
  expect(JSON.stringify(saveWindow(before))).toBe(saved);
});

test('a restored window goes on identically', () => {
  const window = counted(700, (row) => row > 500);
  const restored = restoreWindow(JSON.parse(JSON.stringify(saveWindow(window))));
  expect(restored).toEqual(window);
});
