import { expect, it } from 'vitest';
import { defaultLongestPauseMs, retryPauseMs } from './retry-pause.ts';

it('waits longer before each retry, and never longer than told', () => {
  expect([1, 2, 3, 4, 100].map((retry) => retryPauseMs(retry, 100))).toEqual([25, 50, 100, 100, 100]);
  expect(retryPauseMs(1, 0)).toBe(0);
});

it('goes by the timeout of the check, up to a second', () => {
  expect([100, 5_000].map(defaultLongestPauseMs)).toEqual([100, 1_000]);
});
