import { expect, it } from 'vitest';
import { checkIntervalMs } from './check-interval.ts';

const deep = { tier: 'deep', intervalMs: 40_000, timeoutMs: 2_000 } as const;
const passing = { isFailing: false, fastestMs: 5_000 } as const;

it.each([
  ['HEALTHY', 40_000],
  ['UNKNOWN', 40_000],
  ['DEGRADED', 10_000],
  ['UNHEALTHY', 10_000],
  ['CRITICAL', 10_000],
] as const)('a deep check of a target that is %s is made every %i ms', (state, intervalMs) => {
  expect(checkIntervalMs(deep, { ...passing, state })).toBe(intervalMs);
});

it('leaves a slow deep check time to end, and does not change other tiers', () => {
  const degraded = { ...passing, state: 'DEGRADED' } as const;
  expect(checkIntervalMs({ ...deep, timeoutMs: 9_000 }, degraded)).toBe(18_000);
  expect(checkIntervalMs({ ...deep, timeoutMs: 30_000 }, degraded)).toBe(40_000);
  expect(checkIntervalMs({ ...deep, tier: 'shallow' }, degraded)).toBe(40_000);
  expect(checkIntervalMs({ ...deep, tier: 'comprehensive' }, { ...passing, state: 'CRITICAL' })).toBe(40_000);
});

it('makes a check that fails as often as the fastest one of its target, whatever its tier', () => {
  const failing = { state: 'DEGRADED', isFailing: true, fastestMs: 5_000 } as const;
  expect(checkIntervalMs(deep, failing)).toBe(5_000);
  expect(checkIntervalMs({ tier: 'comprehensive', intervalMs: 300_000, timeoutMs: 1_000 }, failing)).toBe(5_000);
  expect(checkIntervalMs({ tier: 'comprehensive', intervalMs: 300_000, timeoutMs: 30_000 }, failing)).toBe(60_000);
  // An hour between two backups is one thing, an hour until the mended one is believed another.
  expect(checkIntervalMs({ tier: 'shallow', intervalMs: 3_600_000, timeoutMs: 100 }, failing)).toBe(5_000);
});
