import { bucketDefinitions, controlBucket, killSwitchKey, streams } from '@cortex/contracts';
import { eventually, freePort, startNats, startProcess, temporaryFolder } from '@cortex/testing';
import type { TestNats } from '@cortex/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, expect, test } from 'vitest';
import { provision } from './provision.ts';
import { testBus } from '../test/bus-fixture.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function nats(): Promise<TestNats> {
  const server = await startNats();
  cleanUps.push(() => server.stop());
  return server;
}

test('the first run creates everything, the second changes nothing, and says so', async () => {
  const { url } = await nats();
  const all = Object.keys(streams).length + bucketDefinitions.length;
  const first = await provision({ servers: url });
  expect(first.created).toHaveLength(all);
  expect(first.unchanged).toEqual([]);
  expect(first.killSwitchInitialised).toBe(true);
  expect(first.server.version).toMatch(/^2\./);
  const second = await provision({ servers: url });
  expect(second.created).toEqual([]);
  expect(second.unchanged).toHaveLength(all);
  expect(second.killSwitchInitialised).toBe(false);
});

test('several provisioners at once end with the same result', async () => {
  const { url } = await nats();
  const reports = await Promise.all(Array.from({ length: 16 }, () => provision({ servers: url })));
  expect(reports.filter((report) => report.killSwitchInitialised)).toHaveLength(1);
});

test('every difference is listed with what was expected, what is there and the fix', async () => {
  const { url } = await nats();
  const raw = await connect({ servers: url });
  const manager = await jetstreamManager(raw);
  await manager.streams.add({ name: 'SIGNALS', subjects: ['cortex.health.>'], max_age: 1e9 });
  await raw.close();
  await expect(provision({ servers: url })).rejects.toMatchObject({
    code: 'CORTEX_PROVISION_MISMATCH',
    message: expect.stringMatching(/SIGNALS\.subjects: expected .*cortex\.anomaly[^]*SIGNALS\.max_age: expected/),
  });
});

test('a stream of an earlier version is given the subjects that it lacks, and keeps its messages', async () => {
  const { url } = await nats();
  await provision({ servers: url });
  const raw = await connect({ servers: url });
  const manager = await jetstreamManager(raw);
  const now = (await manager.streams.info('INCIDENTS')).config.subjects;
  await manager.streams.update('INCIDENTS', { subjects: now.filter((subject) => subject !== 'cortex.breaker.>') });
  raw.publish('cortex.incident.opened.shop', 'kept');
  await raw.flush();
  const report = await provision({ servers: url });
  expect(report.extended).toEqual(['INCIDENTS']);
  const { config, state } = await manager.streams.info('INCIDENTS');
  expect([...config.subjects].sort()).toEqual([...now].sort());
  expect(state.messages).toBe(1);
  await raw.close();
});

test('checking alone creates nothing and names what is missing', async () => {
  const { url } = await nats();
  await expect(provision({ servers: url, checkOnly: true })).rejects.toMatchObject({
    code: 'CORTEX_PROVISION_MISMATCH',
    message: expect.stringContaining('KV_cortex-leases.exists'),
  });
  const report = await provision({ servers: url });
  expect(report.unchanged).toEqual([]);
  await expect(provision({ servers: url, checkOnly: true })).resolves.toMatchObject({ created: [] });
});

test('a kill switch that was set, or removed, is never switched off by provisioning', async () => {
  const { url } = await nats();
  await provision({ servers: url });
  const bus = await testBus(url);
  cleanUps.push(() => bus.drain(500));
  const control = await bus.bucket(controlBucket);
  await control.put(killSwitchKey, { on: true, by: 'me', reason: 'stop', at: new Date().toISOString() });
  await provision({ servers: url });
  expect((await control.get(killSwitchKey))?.value.on).toBe(true);
  await control.delete(killSwitchKey);
  await provision({ servers: url });
  expect(await control.get(killSwitchKey)).toBeUndefined();
});

test('a server without JetStream or with a small payload is refused with the fix', async () => {
  const port = await freePort();
  const folder = temporaryFolder();
  cleanUps.push(() => folder.remove());
  const server = startProcess(['nats-server', '-a', '127.0.0.1', '-p', String(port)], {
    cwd: folder.path,
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
  });
  cleanUps.push(() => server.kill());
  await server.waitForLine('Server is ready');
  await expect(provision({ servers: `nats://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: 'CORTEX_PROVISION_SERVER',
    message: expect.stringMatching(/JetStream is off.*max_payload/),
  });
});

test('a bus on a server that was not provisioned says so at once', async () => {
  const { url } = await nats();
  const bus = await testBus(url);
  cleanUps.push(() => bus.drain(500));
  await eventually(() => bus.isConnected());
  await expect(bus.leases()).rejects.toMatchObject({ code: 'CORTEX_BUS_NOT_PROVISIONED' });
});
