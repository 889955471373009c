import { expect, it } from 'vitest';
import { phasesOf } from './phases.ts';

const every = (...seconds: readonly number[]) => seconds.map((one) => ({ intervalMs: one * 1_000 }));

it('spaces checks of the same interval evenly, whatever other checks there are', () => {
  expect(phasesOf(every(5, 30, 5, 30, 30, 5, 5), 0)).toEqual([0, 0, 1 / 4, 1 / 3, 2 / 3, 2 / 4, 3 / 4]);
});

it('starts at any phase, and stays within the interval', () => {
  expect(phasesOf(every(5, 5), 0.75)).toEqual([0.75, 0.25]);
  expect(phasesOf([], 0.5)).toEqual([]);
});
