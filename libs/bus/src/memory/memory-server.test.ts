import { anomalyCleared, breakerBucket } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { cleared, silentLogger } from '../test/bus-fixture.ts';
import { CableNetwork } from '../test/cable-network.ts';
import { VirtualTime } from '../test/virtual-time.ts';
import type { Bus } from '../ports.ts';
import { connectMemoryBus } from './connect-memory-bus.ts';
import { MemoryServer } from './memory-server.ts';

function start(): {
  readonly time: VirtualTime;
  readonly server: MemoryServer;
  readonly bus: Bus;
  cable: CableNetwork;
} {
  const time = new VirtualTime();
  const server = new MemoryServer({ runtime: time });
  const cable = new CableNetwork(time);
  const options = { source: '/cortex/detector', name: 'test', logger: silentLogger, runtime: time, network: cable };
  return { time, server, cable, bus: connectMemoryBus(server, options) };
}

const stored = (server: MemoryServer): number => server.stream(anomalyCleared.stream).messages;
const after = (time: VirtualTime, ms: number): Promise<void> =>
  new Promise((resolve) => void time.after(ms, () => resolve()));

test('a server that refuses writes is asked again until it takes them; reads go on meanwhile', async () => {
  const { time, server, bus } = start();
  await time.run(async () => {
    const read: string[] = [];
    await bus.read({ event: anomalyCleared, from: 'all', handle: (event) => void read.push(event.data.anomalyId) });
    await bus.publish(cleared('shop', 'before'));
    server.refuseWrites(20_000);
    const publishing = bus.publish(cleared('shop', 'refused'));
    await after(time, 15_000);
    expect([stored(server), read]).toEqual([1, ['before']]);
    await publishing;
    await after(time, 1_000);
    expect([stored(server), read]).toEqual([2, ['before', 'refused']]);
  });
});

test('a server without disk space refuses writes until it is restarted', async () => {
  const { time, server, bus, cable } = start();
  await time.run(async () => {
    server.refuseWrites();
    const publishing = bus.publish(cleared('shop', 'refused'));
    await after(time, 3_600_000);
    expect(stored(server)).toBe(0);
    cable.cut();
    server.crash(0);
    cable.mend();
    await publishing;
    expect(stored(server)).toBe(1);
  });
});

test('a server without a quorum answers and delivers nothing; pending requests succeed once it is back', async () => {
  const { time, server, bus } = start();
  await time.run(async () => {
    const handled: number[] = [];
    await bus.consume({
      consumer: 'quorum',
      event: anomalyCleared,
      ackWaitMs: 5_000,
      handle: async (_event, { deliveries }) => {
        handled.push(deliveries);
        if (handled.length === 1) server.loseQuorum(60_000);
        return [];
      },
    });
    await bus.publish(cleared('shop', 'acked in vain'));
    const publishing = bus.publish(cleared('shop', 'waits'));
    await after(time, 50_000);
    expect([stored(server), handled]).toEqual([1, [1]]);
    await publishing;
    await after(time, 20_000);
    expect([stored(server), handled.toSorted()]).toEqual([2, [1, 1, 2]]);
  });
});

test('a read of a record waits ten seconds for the server, then it gives up with a code', async () => {
  const { time, bus, cable } = start();
  await time.run(async () => {
    const bucket = await bus.bucket(breakerBucket);
    cable.cut();
    const askedMs = time.monotonicMs();
    await expect(bucket.get('nothing')).rejects.toMatchObject({ code: 'CORTEX_BUS_UNAVAILABLE', retryAfterMs: 1_000 });
    expect(time.monotonicMs() - askedMs).toBe(10_000);
  });
});
