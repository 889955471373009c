import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import type { Bucket, Bus } from '@cortex/bus';
import { controlBucket, killSwitchKey } from '@cortex/contracts';
import type { KillSwitch } from '@cortex/contracts';
import { silentLogger } from '@cortex/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { KillSwitchReader } from './kill-switch.ts';

const state: KillSwitch = { on: false, by: 'ada', reason: 'drill', at: '2026-03-02T10:00:00.000Z' };

describe('the kill switch', () => {
  let server: MemoryServer;
  let bus: Bus;
  let bucket: Bucket<KillSwitch>;
  let reader: KillSwitchReader;

  beforeEach(async () => {
    server = new MemoryServer();
    bus = connectMemoryBus(server, { source: '/cortex/executor', name: 'executor-1', logger: silentLogger });
    bucket = await bus.bucket(controlBucket);
    await bucket.put(killSwitchKey, state);
    reader = await KillSwitchReader.open(bucket);
    return async () => {
      await reader.stop();
      await bus.drain(100);
    };
  });

  const spoil = () =>
    server.publish(`$KV.${controlBucket.name}.${killSwitchKey}`, new TextEncoder().encode('{'), { msgID: 'spoiled' });

  it('is off only where its record says so', async () => {
    expect(await reader.read()).toEqual({ on: false });
  });

  it('is on where its record says so, and it is known who set it', async () => {
    await bucket.put(killSwitchKey, { ...state, on: true });
    expect(await reader.read()).toEqual({ on: true, reason: 'the kill switch is on, set by ada: drill' });
  });

  it('is on where it has no record', async () => {
    await bucket.delete(killSwitchKey);
    expect(await reader.read()).toMatchObject({ on: true, reason: expect.stringContaining('no record') });
  });

  it('is on where its record cannot be read', async () => {
    spoil();
    expect(await reader.read()).toMatchObject({ on: true, reason: expect.stringContaining('cannot be read') });
  });

  it.each([
    ['goes on', () => bucket.put(killSwitchKey, { ...state, on: true })],
    ['loses its record', () => bucket.delete(killSwitchKey)],
    ['becomes unreadable', async () => spoil()],
  ])('stops what runs as soon as it %s', async (_what, change) => {
    const controller = new AbortController();
    const stopWatching = reader.watchDuring(controller);
    await change();
    await expect.poll(() => controller.signal.aborted).toBe(true);
    stopWatching();
  });
});
