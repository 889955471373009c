import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import {
  healthBucket,
  healthChanged,
  healthChecked,
  shardBucket,
  targetKey,
  type CortexEvent,
} from '@cortex/contracts';
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
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

const app = resolve(import.meta.dirname, '..');
const targetCount = 40;
const leaseTtlMs = 1_500;
const patience = { timeoutMs: 30_000, intervalMs: 20 };

let nats: ProvisionedNats;
let bus: Bus;
let folder: TemporaryFolder;
let shop: HttpReceiver;
let isUp: boolean;
let results: CortexEvent<'health.checked'>[];
let changes: CortexEvent<'health.changed'>[];
const running: TestProcess[] = [];

beforeAll(() => bundleApp(app));

beforeEach(async () => {
  isUp = true;
  shop = await startHttpReceiver();
  shop.answer = (response) => response.writeHead(isUp ? 200 : 503).end();
  folder = temporaryFolder('cortex-health-takeover-');
  nats = await startProvisionedNats({ leaseTtlMs });
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  results = [];
  changes = [];
  await bus.read({ event: healthChecked, from: 'all', handle: (event) => void results.push(event) });
  await bus.read({ event: healthChanged, from: 'all', handle: (event) => void changes.push(event) });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.kill()));
  await bus.drain(1_000);
  await nats.stop();
  await shop.stop();
  folder.remove();
});

function configure(interval: string, retries: number): void {
  const instances = Array.from({ length: targetCount }, (_, index) => `{ id: shop-${index} }`);
  const check = `{ name: web, type: http_endpoint, service: shop, interval: ${interval}, timeout: 1500ms, retries: ${retries}, url: "http://127.0.0.1:${shop.port}/" }`;
  writeFileSync(
    join(folder.path, 'cortex.yaml'),
    `version: 1\nservices:\n  - { name: shop, instances: [${instances.join(', ')}] }\nchecks:\n  - ${check}\n`,
  );
}

async function start(name: string): Promise<TestProcess> {
  const checker = startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_INSTANCE: name } });
  running.push(checker);
  await checker.waitForLine('"msg":"ready"');
  return checker;
}

async function owners(): Promise<ReadonlySet<string>> {
  const table = await (await bus.bucket(shardBucket)).get('health-checker');
  return new Set(table?.value.shares.map(({ owner }) => owner));
}

function seenSince(count: number): ReadonlySet<string> {
  return new Set(results.slice(count).map(({ data }) => data.target.instance));
}

it('divides the targets among two replicas, and the live one watches all soon after the other is killed', async () => {
  configure('2s', 3);
  const first = await start('one');
  await start('two');
  await eventually(async () => expect((await owners()).size).toBe(2), patience);
  await eventually(() => expect(seenSince(0).size).toBe(targetCount), patience);

  await first.kill();
  const count = results.length;
  await eventually(async () => expect([...(await owners())]).toEqual(['health-checker-two']), patience);
  await eventually(() => expect(seenSince(count).size).toBe(targetCount), patience);
  // The takeover itself is no change of health.
  const unwell = changes.filter(({ data }) => data.to !== 'HEALTHY');
  expect(unwell.flatMap(({ data }) => data.failing.map(({ detail }) => detail))).toEqual([]);
  expect(changes).toHaveLength(targetCount);
});

it('goes on counting failures where the dead replica stopped', async () => {
  configure('3s', 0);
  const first = await start('one');
  await eventually(() => expect(changes).toHaveLength(targetCount), patience);
  isUp = false;
  const bucket = await bus.bucket(healthBucket);
  const failuresOf = async (instance: string): Promise<number> => {
    const memory = (await bucket.get(targetKey({ service: 'shop', instance })))?.value.memory;
    const checks = memory?.['checks'] as Record<string, { failures: number }> | undefined;
    return Number(checks?.[`web:${instance}`]?.failures);
  };
  await eventually(async () => expect(await failuresOf('shop-7')).toBe(2), patience);
  await first.kill();
  const before = results.length;
  await start('two');
  const reached = () => changes.find(({ data }) => data.target.instance === 'shop-7' && data.to === 'UNHEALTHY');
  const change = await eventually(() => reached() ?? false, patience);
  // The third failure in a row, and the first that the second replica saw.
  expect(results.slice(before).filter(({ data }) => data.target.instance === 'shop-7')[0]?.id).toBe(change.causationid);
});
