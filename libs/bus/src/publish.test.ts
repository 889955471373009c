import { streams } from '@cortex/contracts';
import { pause } from '@cortex/runtime';
import { expect, test } from 'vitest';
import { connectMemoryBus } from './memory/connect-memory-bus.ts';
import { MemoryServer } from './memory/memory-server.ts';
import { cleared, silentLogger } from './test/bus-fixture.ts';
import { CableNetwork } from './test/cable-network.ts';
import { VirtualTime } from './test/virtual-time.ts';

const pastTheWindowMs = 180_000;

test('an event whose answer was lost is stored once, also when the connection is back after the server forgot its id', async () => {
  const time = new VirtualTime();
  const server = new MemoryServer({ runtime: time });
  const network = new CableNetwork(time);
  await time.run(async () => {
    const options = { source: '/cortex/detector', name: 'one', logger: silentLogger, runtime: time, network };
    const bus = connectMemoryBus(server, options);
    network.deafen();
    const publishing = bus.publish(cleared('deaf', 'd-1'));
    await pause(time, 100);
    network.cut();
    await pause(time, pastTheWindowMs);
    network.mend();
    await publishing;
    await bus.drain(100);
  });
  expect(server.subjects(streams.SIGNALS.name, '>')).toEqual(['cortex.anomaly.cleared.deaf']);
  expect(server.stream(streams.SIGNALS.name).messages).toBe(1);
});
