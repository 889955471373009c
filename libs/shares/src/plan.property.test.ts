import type { ShareTable } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claim, emptyTable, join, putOut, releaseAllBut, seatIn, surplus } from './plan.ts';

const nothingBusy: ReadonlySet<string> = new Set();
const replicas = ['a', 'b', 'c', 'd', 'e'];
const sharesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** One step of one replica: it takes what it may, or gives one share up. */
function step(table: ShareTable, replica: string, shares: readonly string[]): ShareTable {
  if (seatIn(table, replica, 1) !== 'ours') return table;
  const claimed = claim(table, replica, shares, nothingBusy);
  const [first] = surplus(claimed, replica, shares);
  const kept = claimed.shares.filter(({ owner, name }) => owner === replica && name !== first);
  return releaseAllBut(claimed, replica, new Set(kept.map(({ token }) => token)));
}

function settleEach(table: ShareTable, known: ReadonlyMap<string, readonly string[]>): ShareTable {
  let current = table;
  for (let round = 0; round < 200; round += 1) {
    let next = current;
    for (const [replica, shares] of known) next = step(next, replica, shares);
    if (next === current) return current;
    current = next;
  }
  throw new Error('it never settles');
}

const settle = (table: ShareTable, shares: readonly string[]): ShareTable =>
  settleEach(table, new Map(replicas.map((replica) => [replica, shares])));

const countsOf = ({ members, shares }: ShareTable): number[] =>
  members.map(({ name }) => shares.filter(({ owner }) => owner === name).length);

const happening = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), replica: fc.constantFrom(...replicas) }),
  fc.record({ kind: fc.constant('gone' as const), replica: fc.constantFrom(...replicas) }),
  fc.record({ kind: fc.constant('step' as const), replica: fc.constantFrom(...replicas) }),
);

test('whatever comes and goes: no share has two owners, tokens grow, and in the end all are shared out evenly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(happening, { maxLength: 40 }), (count, happenings) => {
      const shares = sharesOf(count);
      let table = emptyTable;
      for (const { kind, replica } of happenings) {
        const before = table;
        if (kind === 'join') table = join(table, { name: replica, seat: 1, knows: shares.length });
        else if (kind === 'gone') table = putOut(table, [replica]);
        else table = step(table, replica, shares);
        expect(new Set(table.shares.map(({ name }) => name)).size).toBe(table.shares.length);
        expect(table.shares.every(({ owner }) => seatIn(table, owner, 1) === 'ours')).toBe(true);
        const fresh = table.shares.filter((share) => !before.shares.includes(share));
        expect(fresh.every(({ token }) => token > before.tokens && token <= table.tokens)).toBe(true);
      }
      const settled = settle(table, shares);
      if (settled.members.length === 0) return;
      const counts = countsOf(settled);
      expect(counts.reduce((sum, held) => sum + held, 0)).toBe(count);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('no more moves than must: a newcomer gets its part from the others, who exchange nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), (count, before) => {
      const shares = sharesOf(count);
      const old = replicas.slice(0, before);
      const settled = settle(
        old.reduce((table, name) => join(table, { name, seat: 1, knows: count }), emptyTable),
        shares,
      );
      const then = settle(join(settled, { name: 'e', seat: 1, knows: count }), shares);
      const moved = then.shares.filter((share) => !settled.shares.includes(share));
      expect(moved.every(({ owner }) => owner === 'e')).toBe(true);
      expect(moved.length).toBe(Math.floor(count / (before + 1)));
    }),
  );
});

test('while a configuration changes: nothing that anybody knows is nobody’s, and nobody has what it does not know', () => {
  const knowing = fc.record({ replica: fc.constantFrom(...replicas), knows: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(fc.array(knowing, { minLength: 1, maxLength: 12 }), (comings) => {
      const known = new Map<string, readonly string[]>();
      let table = emptyTable;
      for (const { replica, knows } of comings) {
        known.set(replica, sharesOf(knows));
        table = join(table, { name: replica, seat: 1, knows });
        table = settleEach(table, known);
      }
      const all = Math.max(...[...known.values()].map((shares) => shares.length));
      expect(table.shares.map(({ name }) => Number(name)).toSorted((left, right) => left - right)).toEqual(
        sharesOf(all).map(Number),
      );
      expect(table.shares.every(({ name, owner }) => known.get(owner)?.includes(name))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a seat is ours, none, or has gone to a successor of the same name', () => {
  const table = join(emptyTable, { name: 'a', seat: 5, knows: 1 });
  expect([seatIn(table, 'a', 5), seatIn(table, 'b', 5), seatIn(table, 'a', 6), seatIn(table, 'a', 4)]).toEqual([
    'ours',
    'none',
    'none',
    'successor',
  ]);
});
