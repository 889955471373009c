import type { HealthState } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { outTogether } from './out-together.ts';

const states = (...known: readonly (readonly [string, HealthState])[]) => new Map(known);

test('what is reserved counts, the instance itself once', () => {
  expect(outTogether('a', { reserved: ['b'], states: new Map() })).toEqual(['a', 'b']);
  expect(outTogether('a', { reserved: ['a'], states: new Map() })).toEqual(['a']);
});

test.each(['UNHEALTHY', 'CRITICAL', 'UNKNOWN'] as const)('another one that is %s counts', (state) => {
  expect(outTogether('a', { reserved: [], states: states(['a', 'HEALTHY'], ['b', state]) })).toEqual(['a', 'b']);
});

test('one that is worked on and down counts once', () => {
  expect(outTogether('a', { reserved: ['b'], states: states(['b', 'UNHEALTHY']) })).toEqual(['a', 'b']);
});

test('one that is only degraded serves', () => {
  expect(outTogether('a', { reserved: [], states: states(['b', 'DEGRADED'], ['c', 'HEALTHY']) })).toEqual(['a']);
});

test('to heal what is down takes nothing more out', () => {
  const now = { reserved: [], states: states(['a', 'UNHEALTHY'], ['b', 'CRITICAL']) };
  expect(outTogether('a', now)).toEqual(['a']);
  expect(outTogether('a', { ...now, reserved: ['c'] })).toEqual(['a', 'c']);
});

test('one of which nobody can tell may be serving', () => {
  expect(outTogether('a', { reserved: [], states: states(['a', 'UNKNOWN'], ['b', 'UNHEALTHY']) })).toEqual(['a', 'b']);
});
