import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import { escapeToken, incidentBucket, openIncidentBucket } from '@cortex/contracts';
import type { IncidentRecord } from '@cortex/contracts';
import { Scenario } from '@cortex/decision/testing';
import { silentLogger } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { IncidentStore } from './incident-store.ts';

/** The record of an incident of the shop. */
function recordOf(status: 'open' | 'resolved'): IncidentRecord {
  const { record } = new Scenario().health('shop-1', 'DEGRADED');
  if (record === undefined) throw new RangeError('no incident was opened');
  return { ...record, incident: { ...record.incident, id: randomUUID(), status } };
}

test.each([
  ['what is over and not the newest of its service', 'resolved', false, true],
  ['not the newest, for the next signal is judged by it', 'resolved', true, false],
  ['not what is open', 'open', false, false],
] as const)('leaves for the archive: %s', async (_what, status, isNewest, isOver) => {
  const bus = connectMemoryBus(new MemoryServer(), { source: '/cortex/decision', name: 'one', logger: silentLogger });
  const [record, other] = [recordOf(status), recordOf('open')];
  const records = await bus.bucket(incidentBucket);
  for (const one of [record, other]) await records.put(one.incident.id, one);
  const newest = isNewest ? record : other;
  await (await bus.bucket(openIncidentBucket)).put(escapeToken('shop'), { incidentId: newest.incident.id });
  const store = await IncidentStore.open(bus, () => new Date());
  expect(await store.archiving.isOver(record)).toBe(isOver);
  await bus.drain(100);
});

test('a record that cannot be read stops no other, and is known to be there', async () => {
  const server = new MemoryServer();
  const bus = connectMemoryBus(server, { source: '/cortex/decision', name: 'one', logger: silentLogger });
  const [spoilt, other] = [recordOf('open'), recordOf('open')];
  const records = await bus.bucket(incidentBucket);
  const pointers = await bus.bucket(openIncidentBucket);
  for (const [service, { incident }] of [['shop', spoilt] as const, ['cart', other] as const]) {
    await records.put(incident.id, service === 'shop' ? spoilt : other);
    await pointers.put(escapeToken(service), { incidentId: incident.id });
  }
  const bytes = new TextEncoder().encode('{"incident":');
  server.publish(`$KV.${incidentBucket.name}.${spoilt.incident.id}`, bytes, { msgID: 'spoilt' });
  const store = await IncidentStore.open(bus, () => new Date());
  expect((await store.loadAll()).map(({ incident }) => incident.id)).toEqual([other.incident.id]);
  expect(await store.byId(spoilt.incident.id, true)).toMatchObject({ entry: undefined, isUnreadable: true });
  await bus.drain(100);
});
