import { bucketDefinitions, controlBucket, incidentHistoryBucket, killSwitchKey, streams } from '@cortex/contracts';
import { eventually, freePort, startNats, startProcess, temporaryFolder } from '@cortex/testing';
import type { TestNats } from '@cortex/testing';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiscardPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, expect, test } from 'vitest';
import { provision } from './provision.ts';
import { cleared, testBus } from '../test/bus-fixture.ts';

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

test('a stream whose newest message cannot be read is named', async () => {
  const server = await nats();
  const { url } = server;
  expect((await provision({ servers: url })).damaged).toEqual([]);
  const bus = await testBus(url);
  cleanUps.push(() => bus.drain(1_000));
  for (let count = 0; count < 10; count += 1) await bus.publish(cleared('shop', 'c-1'));
  expect((await provision({ servers: url })).damaged).toEqual([]);

  await server.kill();
  const folder = join(server.storeDir, 'jetstream', '$G', 'streams', 'SIGNALS', 'msgs');
  const block = join(folder, readdirSync(folder).find((name) => name.endsWith('.blk')) ?? '');
  const bytes = readFileSync(block);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  writeFileSync(block, bytes);
  await server.restart();
  await eventually(() => bus.publish(cleared('shop', 'c-2')), { timeoutMs: 20_000 });
  expect((await provision({ servers: url })).damaged).toEqual(['SIGNALS']);
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

test('an install without the limits of this version is given them, and keeps what it has', async () => {
  const { url } = await nats();
  await provision({ servers: url });
  const raw = await connect({ servers: url });
  cleanUps.push(() => raw.close());
  const manager = await jetstreamManager(raw);
  const history = `KV_${incidentHistoryBucket.name}`;
  await manager.streams.update('KV_cortex-timers', { max_bytes: -1 });
  await manager.streams.update(history, { max_bytes: -1, max_age: 0, discard: DiscardPolicy.New });
  raw.publish(`$KV.${incidentHistoryBucket.name}.kept`, '{}');
  await raw.flush();
  await expect(provision({ servers: url, checkOnly: true })).rejects.toMatchObject({
    code: 'CORTEX_PROVISION_MISMATCH',
  });
  const report = await provision({ servers: url });
  expect([...report.extended].sort()).toEqual([history, 'KV_cortex-timers']);
  const { config, state } = await manager.streams.info(history);
  expect(config).toMatchObject({ max_bytes: incidentHistoryBucket.maxBytes, discard: 'old' });
  expect(config.max_age).toBe(incidentHistoryBucket.ttlMs * 1e6);
  expect(state.messages).toBe(1);
});

test('a limit that would drop what is there is left to a human, with the command', async () => {
  const { url } = await nats();
  await provision({ servers: url });
  const raw = await connect({ servers: url });
  cleanUps.push(() => raw.close());
  const manager = await jetstreamManager(raw);
  await manager.streams.update('KV_cortex-reloads', { max_bytes: -1 });
  const jetStream = jetstream(raw);
  for (let index = 0; index < 3; index += 1) {
    await jetStream.publish(`$KV.cortex-reloads.large-${index}`, 'x'.repeat(500_000));
  }
  await expect(provision({ servers: url })).rejects.toMatchObject({
    code: 'CORTEX_PROVISION_MISMATCH',
    message: expect.stringContaining('nats stream edit KV_cortex-reloads --max-bytes=1048576'),
  });
  expect((await manager.streams.info('KV_cortex-reloads')).state.messages).toBe(3);
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

test('a store that has lost the bucket of the kill switch is given no switch that is off', async () => {
  const { url } = await nats();
  await provision({ servers: url });
  const raw = await connect({ servers: url });
  await (await jetstreamManager(raw)).streams.delete(`KV_${controlBucket.name}`);
  await raw.close();
  const report = await provision({ servers: url });
  expect(report).toMatchObject({ created: ['KV_cortex-control'], killSwitchInitialised: false, killSwitchLost: true });
  await provision({ servers: url });
  const bus = await testBus(url);
  cleanUps.push(() => bus.drain(500));
  expect((await (await bus.bucket(controlBucket)).get(killSwitchKey))?.value).toMatchObject({ on: true });
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
