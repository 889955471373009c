import { provision } from '@cortex/bus';
import { escalationBucket, healthChanged, openIncidentBucket, quarantineBucket } from '@cortex/contracts';
import type { CortexEvent, EventData } from '@cortex/contracts';
import {
  eventually,
  mayMount,
  mountTmpfs,
  startNatsCluster,
  startProvisionedNats,
  temporaryFolder,
} from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { EscalatorFixture } from './test/fixture.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Writes until nothing more fits. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeSync(descriptor, block);
  } catch (error) {
    if (!String(error).includes('ENOSPC')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

it.runIf(mayMount())(
  'tells the next level while the disk of a connected store is full, once',
  async () => {
    const mount = mountTmpfs(24 * 1024, 10_000);
    cleanUps.push(() => mount.unmount());
    const nats = await startProvisionedNats({ within: mount.path });
    const fixture = await EscalatorFixture.start({ nats, folder: temporaryFolder() });
    cleanUps.push(() => fixture.stop());
    await fixture.startService([0, 4_000]);
    const incidentId = randomUUID();
    await fixture.request(incidentId);
    const bucket = await fixture.bus.bucket(escalationBucket);
    await eventually(async () => expect((await bucket.get(incidentId))?.value.notifications[0]?.reported).toBe(true));
    fill(join(mount.path, 'full'));
    await eventually(() => expect(fixture.pages.map(({ level }) => level)).toEqual([1, 2]), { timeoutMs: 40_000 });
    expect(fixture.bus.isConnected()).toBe(true);
    rmSync(join(mount.path, 'full'));
    await nats.restart();
    const levels = async () =>
      (await bucket.get(incidentId))?.value.notifications.map(({ level, status }) => [level, status]);
    await eventually(
      async () =>
        expect(await levels()).toEqual([
          [1, 'delivered'],
          [2, 'delivered'],
        ]),
      { timeoutMs: 60_000 },
    );
    expect(fixture.pages.map(({ level }) => level)).toEqual([1, 2]);
  },
  180_000,
);

it('tells the next level while the store has lost its quorum', async () => {
  const nats = await startNatsCluster();
  await provision({ servers: nats.url, replicas: 3 });
  const fixture = await EscalatorFixture.start({ nats, folder: temporaryFolder() });
  cleanUps.push(() => fixture.stop());
  await fixture.startService([0, 4_000]);
  const incidentId = randomUUID();
  await fixture.request(incidentId);
  const bucket = await fixture.bus.bucket(escalationBucket);
  await eventually(async () => expect((await bucket.get(incidentId))?.value.notifications[0]?.reported).toBe(true), {
    timeoutMs: 20_000,
  });
  for (const name of nats.names.slice(1)) await nats.kill(name);
  await eventually(() => expect(fixture.pages.map(({ level }) => level)).toEqual([1, 2]), { timeoutMs: 60_000 });
}, 180_000);

it('pages for an incident whose escalation cannot be read, tells of the record, and goes on with the next level', async () => {
  const fixture = await EscalatorFixture.start({ nats: await startProvisionedNats(), folder: temporaryFolder() });
  cleanUps.push(() => fixture.stop());
  const changes: EventData<'health.changed'>[] = [];
  const note = ({ data }: CortexEvent<'health.changed'>): void => {
    if (data.target.instance === 'unreadable-records') changes.push(data);
  };
  await fixture.bus.read({ event: healthChanged, from: 'all', handle: note });
  const [bad, good] = [randomUUID(), randomUUID()];
  const foreign = await fixture.bus.bucket({ ...openIncidentBucket, name: escalationBucket.name });
  await foreign.put(bad, { incidentId: bad });
  await fixture.startService([0, 3_000]);
  await fixture.request(bad, { severity: 'SEV0', urgent: true });
  await fixture.request(good);
  await eventually(() => expect(fixture.pages.map(({ level }) => level)).toEqual([1, 1]));
  // Spoiled while it runs: what is remembered of it is written again.
  await foreign.put(good, { incidentId: good });
  await eventually(() =>
    expect(fixture.pages.filter(({ key }) => key.includes(good)).map(({ level }) => level)).toEqual([1, 2]),
  );
  await eventually(() => expect(changes.at(-1)?.reason).toContain('2 records cannot be read'));
  expect(changes.at(-1)).toMatchObject({ target: { service: 'cortex' }, to: 'UNHEALTHY' });
  const quarantine = await fixture.bus.bucket(quarantineBucket);
  for (const key of await quarantine.keys()) await fixture.bus.settleQuarantined(key, 'dropped', 'ada');
  await eventually(() => expect(changes.at(-1)?.to).toBe('HEALTHY'));
});
