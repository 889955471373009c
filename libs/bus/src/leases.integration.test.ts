import { leaseBucket } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bus, Lease } from './ports.ts';
import { testBus } from './test/bus-fixture.ts';

const ttlMs = 1_500;
let nats: ProvisionedNats;
let one: Bus;
let two: Bus;

beforeAll(async () => {
  nats = await startProvisionedNats({ leaseTtlMs: ttlMs });
  one = await testBus(nats.url, 'one');
  two = await testBus(nats.url, 'two');
});
afterAll(async () => {
  await one?.drain(1_000);
  await two?.drain(1_000);
  await nats?.stop();
});

test('a lease has one holder, renews itself beyond its length, and is free after the release', async () => {
  const lease = await (await one.leases()).acquire('target.shop.a', 'restart');
  expect(lease).toBeDefined();
  const others = await two.leases();
  expect(await others.acquire('target.shop.a', 'restart')).toBeUndefined();
  await pause(ttlMs * 2.5);
  await lease?.assertHeld();
  expect(lease?.signal.aborted).toBe(false);
  expect(await others.held('target.*.*')).toEqual(['target.shop.a']);
  await lease?.release();
  const next = await others.acquire('target.shop.a', 'restart');
  expect(next?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
  await next?.release();
  expect(await others.held('target.*.*')).toEqual([]);
  await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
});

test('a holder that was taken over after its expiry finds out before its next effect', async () => {
  const lease = await (await one.leases()).acquire('target.shop.b', 'restart');
  // As if this process had stood still for longer than the lease: the record expires, another takes the target.
  const records = await two.bucket(leaseBucket);
  await records.delete('target.shop.b');
  const thief = await (await two.leases()).acquire('target.shop.b', 'restart');
  expect(thief?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
  await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
  expect(lease?.signal.aborted).toBe(true);
  await thief?.assertHeld();
  // The release of a lost lease must not free what another holds.
  await lease?.release();
  await thief?.assertHeld();
  await thief?.release();
});

test('a successor of the same name takes over at once, anybody else does not', async () => {
  const lease = await (await one.leases()).acquire('member.shop.a', 'work');
  const namesake = await testBus(nats.url, 'one');
  try {
    const leases = await namesake.leases();
    expect(await leases.acquire('member.shop.a', 'work')).toBeUndefined();
    expect(await (await two.leases()).acquire('member.shop.a', 'work', { reclaim: true })).toBeUndefined();
    const next = await leases.acquire('member.shop.a', 'work', { reclaim: true });
    expect(next?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
    await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
    expect([lease?.isHeld(), next?.isHeld(), await leases.isHeld('member.shop.a')]).toEqual([false, true, true]);
    await next?.release();
    expect([next?.isHeld(), await leases.isHeld('member.shop.a')]).toEqual([false, false]);
  } finally {
    await namesake.drain(1_000);
  }
});

test('a renewal that meets another holder aborts the signal by itself', async () => {
  const lease = await (await one.leases()).acquire('target.shop.c', 'restart');
  await (
    await two.bucket(leaseBucket)
  ).put('target.shop.c', { holder: 'x', purpose: 'y', at: new Date().toISOString() });
  await eventually(() => expect(lease?.signal.aborted).toBe(true), { timeoutMs: ttlMs });
});

test('tokens of one target grow from holder to holder', async () => {
  const tokens: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const lease = await (await (round % 2 === 0 ? one : two).leases()).acquire('target.shop.d', 'restart');
    tokens.push(lease?.token ?? -1);
    await lease?.release();
  }
  expect(tokens.every((token, index) => token > (tokens[index - 1] ?? 0))).toBe(true);
});

test('of fifty who ask at once, never more than the count hold a slot', async () => {
  const count = 3;
  let inside = 0;
  let most = 0;
  let served = 0;
  await Promise.all(
    Array.from({ length: 50 }, async (_unused, index) => {
      const leases = await (index % 2 === 0 ? one : two).leases();
      const lease: Lease = await eventually(
        async () => (await leases.acquireSlot('slot.shop', count, 'restart')) ?? false,
        { timeoutMs: 40_000, intervalMs: 30 },
      );
      inside += 1;
      most = Math.max(most, inside);
      await pause(15);
      inside -= 1;
      served += 1;
      await lease.release();
    }),
  );
  expect(served).toBe(50);
  expect(most).toBe(count);
});

test('a budget of nothing gives no slot, a count that is none is an error', async () => {
  const leases = await one.leases();
  expect(await leases.acquireSlot('slot.none', 0, 'restart')).toBeUndefined();
  await expect(leases.acquireSlot('slot.none', Number.NaN, 'restart')).rejects.toMatchObject({
    code: 'CORTEX_LEASE_BAD_COUNT',
  });
});

test('a lease that cannot be renewed because the server is away is given up before it ends there', async () => {
  const lease = await (await one.leases()).acquire('target.shop.e', 'restart');
  const startedMs = performance.now();
  await nats.kill();
  await eventually(() => lease?.signal.aborted === true);
  expect(performance.now() - startedMs).toBeLessThan(ttlMs);
  await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
  await nats.restart();
}, 60_000);

test('a lease outlives a short absence of the server', async () => {
  await eventually(() => one.isConnected());
  const lease = await (await one.leases()).acquire('target.shop.f', 'restart');
  await nats.restart();
  await eventually(() => one.isConnected());
  await pause(ttlMs * 1.5);
  await lease?.assertHeld();
  expect(lease?.signal.aborted).toBe(false);
  await lease?.release();
}, 60_000);
