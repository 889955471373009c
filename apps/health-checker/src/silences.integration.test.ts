import { connectBus } from '@cortex/bus';
import type { Bucket, Bus } from '@cortex/bus';
import { healthBucket, healthChanged, openIncidentBucket, silenceBucket, targetKey } from '@cortex/contracts';
import type { CortexEvent, Silence } from '@cortex/contracts';
import {
  bundleApp,
  eventually,
  silentLogger,
  startApp,
  startHttpReceiver,
  startProvisionedNats,
  temporaryFolder,
} from '@cortex/testing';
import type { HttpReceiver, ProvisionedNats, TemporaryFolder, TestProcess } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

const app = resolve(import.meta.dirname, '..');
const patience = { timeoutMs: 20_000, intervalMs: 20 };
const running: TestProcess[] = [];

let nats: ProvisionedNats;
let bus: Bus;
let folder: TemporaryFolder;
let shop: HttpReceiver;
let isUp: boolean;
let silences: Bucket<Silence>;
let states: string[];

beforeAll(() => bundleApp(app));

beforeEach(async () => {
  isUp = true;
  shop = await startHttpReceiver();
  shop.answer = (response) => response.writeHead(isUp ? 200 : 503).end();
  folder = temporaryFolder('cortex-silences-');
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  silences = await bus.bucket(silenceBucket);
  states = [];
  const note = ({ data }: CortexEvent<'health.changed'>): void => {
    if (data.target.service === 'shop' && data.from !== data.to) states.push(data.to);
  };
  await bus.read({ event: healthChanged, from: 'all', handle: note });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.kill()));
  await bus.drain(1_000);
  await nats.stop();
  await shop.stop();
  folder.remove();
});

/** The shop's checks run every `interval`, those of the other service every second. */
async function startChecker(interval: string): Promise<TestProcess> {
  const check = (name: string, service: string, every: string): string =>
    `  - { name: ${name}, type: http_endpoint, service: ${service}, interval: ${every}, timeout: 900ms, retries: 0, url: "http://127.0.0.1:${shop.port}/${name}" }\n`;
  writeFileSync(
    join(folder.path, 'cortex.yaml'),
    `version: 1
services:
  - { name: shop, instances: [{ id: shop-1 }] }
  - { name: other, instances: [{ id: other-1 }] }
checks:
${check('web', 'shop', interval)}${check('cart', 'shop', interval)}${check('other', 'other', '1s')}`,
  );
  const process = startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_INSTANCE: 'test' } });
  running.push(process);
  await process.waitForLine('"msg":"ready"');
  return process;
}

function requestsTo(check: string): number {
  return shop.requests.filter(({ path }) => path === `/${check}`).length;
}

/** Rounds of the other service's check, as a measure of time that has passed for the checker. */
async function otherRounds(rounds: number): Promise<void> {
  const before = requestsTo('other');
  await eventually(() => expect(requestsTo('other')).toBeGreaterThan(before + rounds), patience);
}

async function setSilence(fields: Partial<Silence> = {}): Promise<Silence> {
  const startsAt = new Date().toISOString();
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const person = { by: 'ada', reason: 'moving house', createdAt: startsAt };
  const silence: Silence = { id: '0123456789ab', service: 'shop', startsAt, endsAt, ...person, ...fields };
  await silences.put(silence.id, silence);
  return silence;
}

it('checks are suppressed while a silence lasts, across a kill -9 too, keep the state, and run again when it is lifted', async () => {
  const first = await startChecker('1s');
  await eventually(() => expect(states).toEqual(['HEALTHY']), patience);
  const silence = await setSilence();
  await first.waitForLine('checks are suppressed: a silence began');
  // One of them may have been under way.
  await otherRounds(2);
  const before = requestsTo('web') + requestsTo('cart');
  isUp = false;
  await otherRounds(5);
  await first.kill();
  const second = await startChecker('1s');
  await otherRounds(5);
  expect(requestsTo('web') + requestsTo('cart')).toBe(before);
  const record = await (await bus.bucket(healthBucket)).get(targetKey({ service: 'shop', instance: 'shop-1' }));
  expect(record?.value.state).toBe('HEALTHY');
  expect(states).toEqual(['HEALTHY']);

  await silences.put(silence.id, { ...silence, lifted: { by: 'ben', at: new Date().toISOString() } });
  await second.waitForLine('checks run again: a silence ended');
  await eventually(() => expect(states.at(-1)).toBe('UNHEALTHY'), patience);
});

it('a check with a long interval does not wait for its next run when the silence ends by itself', async () => {
  await setSilence({ endsAt: new Date(Date.now() + 8_000).toISOString() });
  const checker = await startChecker('60s');
  await checker.waitForLine('checks run again: a silence ended');
  await eventually(() => expect([requestsTo('web'), requestsTo('cart')]).toEqual([1, 1]), {
    timeoutMs: 5_000,
    intervalMs: 10,
  });
  await eventually(() => expect(states).toEqual(['HEALTHY']), patience);
});

it('a silence of one check suppresses that check alone', async () => {
  await setSilence({ check: 'web' });
  await startChecker('1s');
  await eventually(() => expect(requestsTo('cart')).toBeGreaterThan(5), patience);
  expect(requestsTo('web')).toBe(0);
});

it('a silence that cannot be read suppresses nothing', async () => {
  await setSilence();
  const foreign = await bus.bucket({ ...openIncidentBucket, name: silenceBucket.name });
  await foreign.put('0123456789ab', { incidentId: randomUUID() });
  const checker = await startChecker('1s');
  await checker.waitForLine('a silence that cannot be read suppresses no check');
  await eventually(() => expect(states).toEqual(['HEALTHY']), patience);
});
