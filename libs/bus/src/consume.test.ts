import { anomalyCleared } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { connectMemoryBus } from './memory/connect-memory-bus.ts';
import { MemoryServer } from './memory/memory-server.ts';
import { cleared, silentLogger } from './test/bus-fixture.ts';
import { CableNetwork } from './test/cable-network.ts';
import { VirtualTime } from './test/virtual-time.ts';

test('what a crash of the server delivers again, while it is under way in the same process, is not begun again', async () => {
  const time = new VirtualTime();
  const after = (ms: number): Promise<void> => new Promise((resolve) => void time.after(ms, () => resolve()));
  const server = new MemoryServer({ runtime: time });
  const network = new CableNetwork(time);
  const options = { source: '/cortex/detector', name: 'test', logger: silentLogger, runtime: time, network };
  const bus = connectMemoryBus(server, options);
  const begun: number[] = [];
  await time.run(async () => {
    await bus.consume({
      consumer: 'slow',
      event: anomalyCleared,
      ackWaitMs: 5_000,
      handle: async (_event, { deliveries }) => {
        begun.push(deliveries);
        await after(4_000);
        return [];
      },
    });
    await bus.publish(cleared('shop', 'one'));
    await after(50);
    network.cut();
    server.crash(150);
    network.mend();
    await after(20_000);
  });
  expect(begun).toHaveLength(1);
});
