import { connectBus, derivedId, type Bus } from '@cortex/bus';
import {
  anomalyCleared,
  anomalyDetected,
  anomalyUpdated,
  detectorBucket,
  partitionDraft,
  shardBucket,
  telemetryMetrics,
  type CortexEvent,
  type SeriesBatch,
} from '@cortex/contracts';
import { Semaphore } from '@cortex/runtime';
import { loadConfiguration } from '@cortex/service';
import { compileDetection, detect, emptyPartition, savePartition } from '@cortex/detection';
import {
  bundleApp,
  eventually,
  silentLogger,
  startApp,
  startProvisionedNats,
  temporaryFolder,
  type ProvisionedNats,
  type TestProcess,
} from '@cortex/testing';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { SnapshotStore } from './adapters/snapshot-store.ts';

const app = fileURLToPath(new URL('..', import.meta.url));
const partitions = ['0', '1', '2', '3'];

/** A folder with a configuration of `count` partitions. */
function configured(count: number): string {
  const folder = temporaryFolder('cortex-takeover-');
  const services = 'services: [{ name: shop, instances: [{ id: shop-0 }] }]';
  writeFileSync(join(folder.path, 'cortex.yaml'), `version: 1\n${services}\ncollector: { partitions: ${count} }\n`);
  return folder.path;
}

let nats: ProvisionedNats;
let bus: Bus;

beforeAll(async () => {
  await bundleApp(app);
  nats = await startProvisionedNats({ leaseTtlMs: 1_500 });
  bus = await connectBus({ servers: nats.url, source: '/cortex/collector', name: 'test', logger: silentLogger });
});
afterAll(async () => {
  await bus.drain(1_000);
  await nats.stop();
});

let started = 0;
function startDetector(folder: string): { name: string; process: TestProcess } {
  started += 1;
  const name = `replica-${started}`;
  return {
    name: `detector-${name}`,
    process: startApp(app, { natsUrl: nats.url, folder, env: { CORTEX_INSTANCE: name } }),
  };
}

async function ask({ process }: { readonly process: TestProcess }, path: string): Promise<Response> {
  const { port } = JSON.parse(await process.waitForLine('"listening"')) as { port: number };
  return fetch(`http://127.0.0.1:${port}${path}`);
}

const untilReady = (detector: { readonly process: TestProcess }) =>
  eventually(async () => expect((await ask(detector, '/readyz')).status).toBe(200));

const stepMs = 10_000;
const startMs = Date.now() - 24 * 3_600_000;
let published = 0;

/** The next samples of every partition; now and then they are much too high for a while. */
async function publishSome(): Promise<void> {
  for (const partition of partitions) {
    const series = ['latency_ms', 'memory'].map((metric, index): SeriesBatch => {
      const times = Array.from({ length: 4 }, (_, at) => startMs + (published * 4 + at) * stepMs);
      const isHigh = (published + index * 7 + Number(partition) * 5) % 40 > 34 && published > 30;
      return {
        service: 'shop',
        instance: `shop-${partition}`,
        metric,
        labels: {},
        timesMs: times,
        values: times.map((time) => (isHigh ? 300 : 100) + (((time / stepMs) * 7) % 5)),
      };
    });
    const number = Number(partition);
    await bus.publish(partitionDraft(telemetryMetrics, { partition: number, data: { partition: number, series } }));
  }
  published += 1;
}

async function ownersOf(): Promise<readonly string[]> {
  const table = await (await bus.bucket(shardBucket)).get('detector');
  return (table?.value.shares ?? []).map(({ owner }) => owner);
}

/** Goes on publishing until these replicas, and no others, own partitions. */
async function untilAllOwn(names: readonly string[]): Promise<void> {
  await eventually(
    async () => {
      await publishSome();
      const owners = await ownersOf();
      expect(owners).toHaveLength(partitions.length);
      expect(new Set(owners)).toEqual(new Set(names));
    },
    { timeoutMs: 30_000 },
  );
}

async function telemetryOf(partition: string): Promise<readonly CortexEvent<'telemetry.metrics'>[]> {
  const events: CortexEvent<'telemetry.metrics'>[] = [];
  await new Promise<void>((resolve, reject) => {
    const handle = (event: CortexEvent<'telemetry.metrics'>): void => void events.push(event);
    bus
      .read({ event: telemetryMetrics, partition: Number(partition), from: 'all', handle, onCaughtUp: resolve })
      .catch((error: unknown) => reject(error as Error));
  });
  return events;
}

/** The result of one undisturbed detector for a partition, with the configuration of this folder. */
async function undisturbed(partition: string, folder: string) {
  const config = await loadConfiguration(join(folder, 'cortex.yaml'));
  const settings = compileDetection(config.detection, config.playbooks, config);
  const state = emptyPartition();
  const said: (readonly [string, unknown])[] = [];
  for (const event of await telemetryOf(partition)) {
    const { drafts } = detect(settings, state, { atMs: Date.parse(event.time), series: event.data.series });
    for (const { type, key, data } of drafts) said.push([derivedId(event, 'event', type, key ?? ''), data]);
  }
  return { said, saved: savePartition(state) };
}

async function everythingSaid(): Promise<readonly (readonly [string, unknown])[]> {
  const said: (readonly [string, unknown])[] = [];
  for (const event of [anomalyDetected, anomalyUpdated, anomalyCleared] as const) {
    await new Promise<void>((resolve, reject) => {
      const handle = ({ id, data }: CortexEvent): void => void said.push([id, data]);
      bus.read({ event, from: 'all', handle, onCaughtUp: resolve }).catch((error: unknown) => reject(error as Error));
    });
  }
  return said;
}

/** The differences between two JSON values: printing whole states would give unreadable messages. */
function differences(left: unknown, right: unknown, path = ''): readonly string[] {
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return [`${path}: ${JSON.stringify(left)} is not ${JSON.stringify(right)}`];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) =>
    differences((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key], `${path}/${key}`),
  );
}

const byId = (said: readonly (readonly [string, unknown])[]) =>
  said.toSorted(([left], [right]) => (left < right ? -1 : 1));

test('two detectors, killed and frozen at random: in the end as if there had been a single undisturbed one', async () => {
  const seed = Date.now() % 1_000_000;
  onTestFailed(() => console.error(`seed ${seed}`));
  const [random = []] = fc.sample(fc.array(fc.nat(1_000_000), { minLength: 32, maxLength: 32 }), { seed, numRuns: 1 });
  const draw = (limit: number): number => (random.pop() ?? 0) % limit;
  const folder = configured(partitions.length);
  let replicas = [startDetector(folder), startDetector(folder)];
  for (let round = 0; round < 6; round += 1) {
    await untilAllOwn(replicas.map(({ name }) => name));
    for (let batch = draw(60); batch >= 0; batch -= 1) await publishSome();
    const [victim, survivor] = draw(2) === 0 ? replicas : replicas.toReversed();
    if (victim === undefined || survivor === undefined) throw new Error('two replicas run');
    if (draw(2) === 0) {
      await victim.process.kill();
      replicas = [survivor, startDetector(folder)];
    } else {
      victim.process.signal('SIGSTOP');
      await untilAllOwn([survivor.name]);
      victim.process.signal('SIGCONT');
    }
  }
  await untilAllOwn(replicas.map(({ name }) => name));
  // However little was published so far: enough for anomalies of every partition.
  while (published < 160) await publishSome();

  expect(await Promise.all(replicas.map(({ process }) => process.stop()))).toEqual([0, 0]);
  expect(await ownersOf()).toEqual([]);
  // Telemetry left in the stream when both stop is for the next owner.
  const last = startDetector(folder);
  await untilReady(last);
  const bucket = await bus.bucket(detectorBucket);
  const table = await (await bus.bucket(shardBucket)).get('detector');
  const expected = await Promise.all(partitions.map((partition) => undisturbed(partition, folder)));
  expect(await last.process.stop()).toBe(0);

  expect(byId(await everythingSaid())).toEqual(byId(expected.flatMap(({ said }) => said)));
  expect(expected.every(({ said }) => said.length > 2)).toBe(true);
  for (const [index, partition] of partitions.entries()) {
    const owner = { token: table?.value.tokens ?? 0, isHeld: () => true };
    const fail = (error: unknown): never => expect.unreachable(String(error));
    const store = new SnapshotStore({
      bucket,
      partition,
      partitions: 1,
      snapshotWrites: new Semaphore(1),
      owner,
      now: () => new Date(),
      onError: fail,
    });
    expect.soft(differences((await store.load())?.state, expected[index]?.saved)).toEqual([]);
  }
}, 240_000);

test('a replica without partitions is ready too; an orderly stop hands over; newly configured partitions are claimed', async () => {
  const small = configured(1);
  const first = startDetector(small);
  await eventually(async () => expect(await ownersOf()).toEqual([first.name]));
  const second = startDetector(small);
  await untilReady(second);
  expect(await (await ask(second, '/metrics')).text()).toMatch(/^cortex_owned_partitions\{service="detector"\} 0$/m);
  expect(await first.process.stop()).toBe(0);
  await eventually(async () => expect(await ownersOf()).toEqual([second.name]));
  await second.process.waitForLine('"watching"');
  const metrics = await (await ask(second, '/metrics')).text();
  expect(metrics).toMatch(/^cortex_owned_partitions\{service="detector"\} 1$/m);
  expect(metrics).toMatch(/^cortex_takeovers_total\{service="detector"\} 1$/m);
  const third = startDetector(configured(3));
  await eventually(async () => expect((await ownersOf()).filter((owner) => owner === third.name)).toHaveLength(2));
  expect(await second.process.stop()).toBe(0);
  await eventually(async () => expect(await ownersOf()).toEqual([third.name, third.name, third.name]));
  expect(await third.process.stop()).toBe(0);
});
