import { expect, it } from 'vitest';
import { checkIntervalMs } from './check-interval.ts';

const deep = { tier: 'deep', intervalMs: 40_000, timeoutMs: 2_000 } as const;

it.each([
  ['HEALTHY', 40_000],
  ['UNKNOWN', 40_000],
  ['DEGRADED', 10_000],
  ['UNHEALTHY', 10_000],
  ['CRITICAL', 10_000],
] as const)('a deep check of a target that is %s is made every %i ms', (state, intervalMs) => {
  expect(checkIntervalMs(deep, state)).toBe(intervalMs);
});

it('leaves a slow deep check time to end, and does not change other tiers', () => {
  expect(checkIntervalMs({ ...deep, timeoutMs: 9_000 }, 'DEGRADED')).toBe(18_000);
  expect(checkIntervalMs({ ...deep, timeoutMs: 30_000 }, 'DEGRADED')).toBe(40_000);
  expect(checkIntervalMs({ ...deep, tier: 'shallow' }, 'DEGRADED')).toBe(40_000);
  expect(checkIntervalMs({ ...deep, tier: 'comprehensive' }, 'CRITICAL')).toBe(40_000);
});
