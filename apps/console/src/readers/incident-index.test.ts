import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { incidentArchiveBucket, incidentBucket } from '@cortex/contracts';
import { silentLogger } from '@cortex/testing';
import { expect, test } from 'vitest';
import { recordOf, resolvedIncident, sampleIncident } from '../test/samples.ts';
import { startIncidentIndex } from './incident-index.ts';

test('incidents are found whether they are live or archived, also when they leave while somebody looks', async () => {
  const server = new MemoryServer();
  const bus = connectMemoryBus(server, { source: '/cortex/console', name: 'test', logger: silentLogger });
  const [live, archive] = [await bus.bucket(incidentBucket), await bus.bucket(incidentArchiveBucket)];
  const [old, ending, open] = [resolvedIncident(1, 1), resolvedIncident(2, 1), sampleIncident(3)];
  await archive.put(old.id, old);
  await live.put(ending.id, recordOf(ending));
  await live.put(open.id, recordOf(open));
  const index = await startIncidentIndex(live, archive, () => undefined);
  const ids = (): readonly string[] => index.list().map(({ id }) => id);
  await expect.poll(ids).toEqual(expect.arrayContaining([old.id, ending.id, open.id]));

  await archive.put(ending.id, ending);
  // As its watch learns of what has left.
  await live.delete(ending.id);
  await live.delete(open.id);
  await expect.poll(ids).not.toContain(open.id);
  expect(ids()).toContain(ending.id);
  for (const { id } of [old, ending]) expect((await index.load(id)).id).toBe(id);
  await expect(index.load(open.id)).rejects.toMatchObject({ code: 'CORTEX_API_NOT_FOUND' });
  await index.stop();
  await bus.drain(100);
});
