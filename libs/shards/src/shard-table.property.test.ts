import type { ShardTable } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claim, emptyTable, evict, join, membershipOf, releaseAllBut, surplus } from './shard-table.ts';

const nothingBusy: ReadonlySet<string> = new Set();
const replicas = ['a', 'b', 'c', 'd', 'e'];
const shardsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** One step of one replica: it takes what it may, or gives one shard up. */
function step(table: ShardTable, replica: string, shards: readonly string[]): ShardTable {
  if (membershipOf(table, replica, 1) !== 'ours') return table;
  const claimed = claim(table, replica, shards, nothingBusy);
  const [first] = surplus(claimed, replica, shards);
  const kept = claimed.shares.filter(({ owner, name }) => owner === replica && name !== first);
  return releaseAllBut(claimed, replica, new Set(kept.map(({ token }) => token)));
}

function settleEach(table: ShardTable, known: ReadonlyMap<string, readonly string[]>): ShardTable {
  let current = table;
  for (let round = 0; round < 200; round += 1) {
    let next = current;
    for (const [replica, shards] of known) next = step(next, replica, shards);
    if (next === current) return current;
    current = next;
  }
  throw new Error('it never settles');
}

const settle = (table: ShardTable, shards: readonly string[]): ShardTable =>
  settleEach(table, new Map(replicas.map((replica) => [replica, shards])));

const countsOf = ({ members, shares }: ShardTable): number[] =>
  members.map(({ name }) => shares.filter(({ owner }) => owner === name).length);

const happening = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), replica: fc.constantFrom(...replicas) }),
  fc.record({ kind: fc.constant('gone' as const), replica: fc.constantFrom(...replicas) }),
  fc.record({ kind: fc.constant('step' as const), replica: fc.constantFrom(...replicas) }),
);

test('replicas join, step and die: no shard has two owners, tokens grow, and in the end all are assigned evenly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(happening, { maxLength: 40 }), (count, happenings) => {
      const shards = shardsOf(count);
      let table = emptyTable;
      for (const { kind, replica } of happenings) {
        const before = table;
        if (kind === 'join') table = join(table, { name: replica, seat: 1, knows: shards.length });
        else if (kind === 'gone') table = evict(table, [replica]);
        else table = step(table, replica, shards);
        expect(new Set(table.shares.map(({ name }) => name)).size).toBe(table.shares.length);
        expect(table.shares.every(({ owner }) => membershipOf(table, owner, 1) === 'ours')).toBe(true);
        const fresh = table.shares.filter((shard) => !before.shares.includes(shard));
        expect(fresh.every(({ token }) => token > before.tokens && token <= table.tokens)).toBe(true);
      }
      const settled = settle(table, shards);
      if (settled.members.length === 0) return;
      const counts = countsOf(settled);
      expect(counts.reduce((sum, held) => sum + held, 0)).toBe(count);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('no more shards move than must: a new replica gets its part from the others, which exchange none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), (count, before) => {
      const shards = shardsOf(count);
      const old = replicas.slice(0, before);
      const settled = settle(
        old.reduce((table, name) => join(table, { name, seat: 1, knows: count }), emptyTable),
        shards,
      );
      const then = settle(join(settled, { name: 'e', seat: 1, knows: count }), shards);
      const moved = then.shares.filter((shard) => !settled.shares.includes(shard));
      expect(moved.every(({ owner }) => owner === 'e')).toBe(true);
      expect(moved.length).toBe(Math.floor(count / (before + 1)));
    }),
  );
});

test('while a configuration changes: every shard that a member knows has an owner, and every owner knows its shards', () => {
  const knowing = fc.record({ replica: fc.constantFrom(...replicas), knows: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(fc.array(knowing, { minLength: 1, maxLength: 12 }), (comings) => {
      const known = new Map<string, readonly string[]>();
      let table = emptyTable;
      for (const { replica, knows } of comings) {
        known.set(replica, shardsOf(knows));
        table = join(table, { name: replica, seat: 1, knows });
        table = settleEach(table, known);
      }
      const all = Math.max(...[...known.values()].map((shards) => shards.length));
      expect(table.shares.map(({ name }) => Number(name)).toSorted((left, right) => left - right)).toEqual(
        shardsOf(all).map(Number),
      );
      expect(table.shares.every(({ name, owner }) => known.get(owner)?.includes(name))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a membership is ours, missing, or was replaced by a successor of the same name', () => {
  const table = join(emptyTable, { name: 'a', seat: 5, knows: 1 });
  expect([
    membershipOf(table, 'a', 5),
    membershipOf(table, 'b', 5),
    membershipOf(table, 'a', 6),
    membershipOf(table, 'a', 4),
  ]).toEqual(['ours', 'none', 'none', 'successor']);
});
