import type { Silence } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { silencedOf } from './silenced.ts';

const now = '2026-03-06T17:00:00.000Z';
const incident = { service: 'shop', status: 'open', instances: ['shop-1'] } as const;

function silence(changes: Partial<Silence>): Silence {
  const times = { startsAt: now, createdAt: now, endsAt: '2026-03-06T18:00:00.000Z' };
  return { id: '3f9a0c12d4e5', service: 'shop', by: 'ann', reason: 'disks', ...times, ...changes };
}

test.each<[string, Partial<Silence>, string | undefined]>([
  ['the service', {}, 'shop until 2026-03-06T18:00Z'],
  ['its instance', { instance: 'shop-1' }, 'shop/shop-1 until 2026-03-06T18:00Z'],
  ['one check', { check: 'signup' }, 'check signup of shop until 2026-03-06T18:00Z'],
  ['another instance', { instance: 'shop-2' }, undefined],
  ['another service', { service: 'db' }, undefined],
  ['the service, but later', { startsAt: '2026-03-06T17:30:00.000Z' }, undefined],
])('an incident where a silence covers %s', (_, changes, text) => {
  expect(silencedOf(incident, [silence(changes)], now)).toBe(text);
});

test('one that is over is not said to be silenced', () => {
  expect(silencedOf({ ...incident, status: 'resolved' }, [silence({})], now)).toBeUndefined();
});
