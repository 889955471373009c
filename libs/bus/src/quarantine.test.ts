import { openIncidentBucket, quarantineBucket } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { connectMemoryBus } from './memory/connect-memory-bus.ts';
import { MemoryServer } from './memory/memory-server.ts';
import { refusal } from './memory/memory-stream.ts';
import { silentLogger } from './test/bus-fixture.ts';
import { VirtualTime } from './test/virtual-time.ts';

/** A server whose quarantine takes nothing, as when its limit is reached. */
class FullQuarantine extends MemoryServer {
  override publish(...[subject, data, options]: Parameters<MemoryServer['publish']>) {
    if (subject.startsWith(`$KV.${quarantineBucket.name}.`)) throw refusal(503, 10_023, 'insufficient resources');
    return super.publish(subject, data, options);
  }
}

test('what cannot be read is not written over while its bytes cannot be kept', async () => {
  const time = new VirtualTime();
  const server = new FullQuarantine({ runtime: time });
  const unreadable = new TextEncoder().encode('{"incidentId":{}}');
  await time.run(async () => {
    const options = { source: '/cortex/decision', name: 'one', logger: silentLogger, runtime: time };
    const bus = connectMemoryBus(server, options);
    const pointers = await bus.bucket(openIncidentBucket);
    server.publish(`$KV.${openIncidentBucket.name}.shop`, unreadable, { msgID: 'spoiled' });
    const value = { incidentId: '018f0000-0000-7000-8000-000000000001' };
    await expect(pointers.create('shop', value)).rejects.toMatchObject({ code: 'CORTEX_BUS_UNAVAILABLE' });
    await expect(pointers.get('shop')).rejects.toMatchObject({ code: 'CORTEX_BUS_UNAVAILABLE' });
    await bus.drain(100);
  });
  expect(server.last(`KV_${openIncidentBucket.name}`, `$KV.${openIncidentBucket.name}.shop`)?.data).toEqual(unreadable);
});
