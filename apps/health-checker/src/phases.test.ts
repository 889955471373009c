import { expect, it } from 'vitest';
import { phasesOf } from './phases.ts';

const every = (...seconds: readonly number[]) => seconds.map((one) => ({ intervalMs: one * 1_000 }));

it('lays checks that run equally often evenly apart, whatever runs beside them', () => {
  expect(phasesOf(every(5, 30, 5, 30, 30, 5, 5), 0)).toEqual([0, 0, 1 / 4, 1 / 3, 2 / 3, 2 / 4, 3 / 4]);
});

it('begins anywhere, and stays within the interval', () => {
  expect(phasesOf(every(5, 5), 0.75)).toEqual([0.75, 0.25]);
  expect(phasesOf([], 0.5)).toEqual([]);
});
