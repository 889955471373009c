import { systemRuntime } from '@cortex/runtime';
import { connectBus, type Bus } from '@cortex/bus';
import { eventually, silentLogger, startProvisionedNats, type ProvisionedNats } from '@cortex/testing';
import { leaseBucket } from '@cortex/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Shard, ShardAssignment } from './ports.ts';
import { assignShards } from './assign-shards.ts';

const ttlMs = 1_500;
const names = Array.from({ length: 8 }, (_, index) => String(index));
let nats: ProvisionedNats;
let buses: Bus[];

interface Replica {
  readonly bus: Bus;
  readonly assignment: ShardAssignment;
  /** Shares that are being worked on. */
  readonly working: Map<string, Shard>;
}

beforeEach(async () => {
  buses = [];
  nats = await startProvisionedNats({ leaseTtlMs: ttlMs });
});
afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.drain(1_000)));
  await nats.stop();
});

async function start(replica: string, shards: readonly string[] = names): Promise<Replica> {
  const bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: replica, logger: silentLogger });
  buses.push(bus);
  const working = new Map<string, Shard>();
  const assignment = await assignShards({
    bus,
    service: 'test',
    replica,
    shards,
    logger: silentLogger,
    runtime: systemRuntime,
    pollMs: 100,
    async begin(shard) {
      expect(working.has(shard.name)).toBe(false);
      working.set(shard.name, shard);
      return {
        async end() {
          working.delete(shard.name);
        },
      };
    },
  });
  return { bus, assignment, working };
}

const held = (...replicas: readonly Replica[]): number[] => replicas.map(({ working }) => working.size);
const tokenOf = ({ working }: Replica, name: string): number => working.get(name)?.token ?? 0;

test('the first replica owns all shards; a second gets half; an orderly stop hands over; tokens grow', async () => {
  const one = await start('one');
  expect(held(one)).toEqual([8]);
  const two = await start('two');
  await eventually(() => expect(held(one, two)).toEqual([4, 4]));
  expect([...one.working.keys(), ...two.working.keys()].toSorted()).toEqual(names);
  const before = [...one.working.values()];
  await one.assignment.stop();
  expect(before.some((shard) => shard.isHeld())).toBe(false);
  await eventually(() => expect(held(one, two)).toEqual([0, 8]));
  expect(before.every(({ name, token }) => tokenOf(two, name) > token)).toBe(true);
});

test('with more replicas than shards, the surplus replicas wait without one', async () => {
  const replicas = [await start('one', ['0', '1']), await start('two', ['0', '1']), await start('three', ['0', '1'])];
  await eventually(() => expect(held(...replicas).toSorted()).toEqual([0, 1, 1]));
});

test('the shards of a dead replica go to the live ones, also when two neighbours die', async () => {
  const replicas = [await start('a'), await start('b'), await start('c'), await start('d')];
  await eventually(() => expect(held(...replicas)).toEqual([2, 2, 2, 2]));
  // As a crash: nothing is released, the membership lapses.
  const [a, b, c, d] = replicas as [Replica, Replica, Replica, Replica];
  const gone = [...b.working.values(), ...c.working.values()];
  await Promise.all([b.bus.drain(0), c.bus.drain(0)]);
  expect(gone.some((shard) => shard.isHeld())).toBe(false);
  await eventually(() => expect(held(a, d)).toEqual([4, 4]));
});

test('a live replica that was evicted loses its shards before it works on, and joins again', async () => {
  const one = await start('one');
  const before = [...one.working.values()];
  const leases = await one.bus.bucket(leaseBucket);
  // As if its process had been stopped for longer than a lease.
  await leases.delete('member.test.one');
  const two = await start('two');
  await eventually(() => expect(held(one, two)).toEqual([4, 4]), { timeoutMs: 20_000 });
  expect(before.every(({ signal }) => signal.aborted)).toBe(true);
  expect([...one.working.keys(), ...two.working.keys()].toSorted()).toEqual(names);
});

test('a process with the name of one that crashed need not wait for its lease', async () => {
  const first = await start('one');
  const token = tokenOf(first, '0');
  const second = await start('one');
  expect(held(second)).toEqual([8]);
  expect(tokenOf(second, '0')).toBeGreaterThan(token);
  // Had the first not crashed, it would notice, and not join again.
  await eventually(() => expect(held(first, second)).toEqual([0, 8]));
});

test('a shard that cannot be begun is tried again', async () => {
  const bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'one', logger: silentLogger });
  buses.push(bus);
  let tries = 0;
  const begun: string[] = [];
  await assignShards({
    bus,
    service: 'test',
    replica: 'one',
    shards: ['0'],
    logger: silentLogger,
    runtime: systemRuntime,
    pollMs: 50,
    async begin({ name }) {
      tries += 1;
      if (tries < 3) throw new Error('not now');
      begun.push(name);
      return { end: async () => undefined };
    },
  });
  await eventually(() => expect(begun).toEqual(['0']));
});

test('replicas of two configurations: each claims only shards that it knows, and all are owned when they agree again', async () => {
  const small = await start('small', ['0', '1']);
  const large = await start('large', ['0', '1', '2', '3']);
  await eventually(() => expect(held(small, large)).toEqual([2, 2]));
  expect([...small.working.keys()].every((name) => ['0', '1'].includes(name))).toBe(true);
  await small.assignment.stop();
  await eventually(() => expect(held(large)).toEqual([4]));
  const again = await start('small', ['0', '1']);
  await large.assignment.stop();
  await eventually(() => expect([...again.working.keys()].toSorted()).toEqual(['0', '1']));
});
