import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { incidentBucket, openIncidentBucket } from '@cortex/contracts';
import { silentLogger } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { publishTrouble, startReplica } from './test/two-replicas.ts';

test('a service whose incident cannot be read gets another one', async () => {
  const server = new MemoryServer();
  const connect = (name: string) =>
    connectMemoryBus(server, { source: '/cortex/decision', name, logger: silentLogger });
  const first = await startReplica(connect('first'));
  const [spoilt, next] = [randomUUID(), randomUUID()];
  await first.brain.takeForService(await publishTrouble(first.bus), 'shop', spoilt);
  server.publish(`$KV.${incidentBucket.name}.${spoilt}`, new TextEncoder().encode('{'), { msgID: 'spoilt' });

  const later = await startReplica(connect('later'));
  await later.brain.takeForService(await publishTrouble(later.bus), 'shop', next);
  const pointers = await later.bus.bucket(openIncidentBucket);
  expect((await pointers.get('shop'))?.value.incidentId).toBe(next);
  expect((await (await later.bus.bucket(incidentBucket)).get(next))?.value.incident.service).toBe('shop');
  await Promise.all([first.stop(), later.stop()]);
});
