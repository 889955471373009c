import { connectBus, type Bus, type Consumption } from '@cortex/bus';
import {
  anomalyCleared,
  anomalyDetected,
  anomalyUpdated,
  detectionLimited,
  detectorBucket,
  type CortexEvent,
} from '@cortex/contracts';
import {
  eventually,
  silentLogger,
  startProcess,
  startProvisionedNats,
  temporaryFolder,
  type ProvisionedNats,
  type TestProcess,
} from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = temporaryFolder('cortex-detector-');
const config = join(folder.path, 'cortex.yaml');
writeFileSync(
  config,
  `version: 1
environment: test
services:
  - name: shop
    instances: [{ id: shop-1 }]
detection: { max_series: { services: { shop: 4 } } }
collector: { otlp: { host: 127.0.0.1, port: 0 }, partitions: 2 }
`,
);

type Said = CortexEvent<'anomaly.detected' | 'anomaly.updated' | 'anomaly.cleared'>;

let nats: ProvisionedNats;
let bus: Bus;
let processes: TestProcess[];
let readings: Consumption[];
let said: Said[];
let otlpUrl: string;

beforeEach(async () => {
  processes = [];
  said = [];
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'test', logger: silentLogger });
  const note = (event: Said): void => void said.push(event);
  readings = await Promise.all([
    bus.read({ event: anomalyDetected, from: 'all', handle: note }),
    bus.read({ event: anomalyUpdated, from: 'all', handle: note }),
    bus.read({ event: anomalyCleared, from: 'all', handle: note }),
  ]);
  const collector = start('collector');
  const line = await collector.waitForLine('"otlp listening"', 40_000);
  otlpUrl = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}/v1/metrics`;
});

afterEach(async () => {
  await Promise.all(processes.map((process) => process.kill()));
  await Promise.all(readings.map((reading) => reading.stop()));
  await bus.drain(1_000);
  await nats.stop();
});

function start(app: 'collector' | 'detector'): TestProcess {
  const started = startProcess([process.execPath, '--import', 'tsx', `apps/${app}/src/main.ts`], {
    cwd: root,
    env: {
      CORTEX_CONFIG: config,
      CORTEX_NATS_URL: nats.url,
      CORTEX_DATA_DIR: folder.path,
      CORTEX_HTTP_PORT: '0',
      CORTEX_INSTANCE: 'one',
    },
  });
  processes.push(started);
  return started;
}

const secondMs = 1_000;
let clockMs = 0;

/** Posts values ten seconds apart, from where the last post ended; all of it lies in the past. */
async function post(values: readonly number[], ...users: readonly string[]): Promise<void> {
  const dataPoints = values.flatMap((asDouble) => {
    clockMs += 10 * secondMs;
    const point = { asDouble, timeUnixNano: `${clockMs}000000` };
    if (users.length === 0) return [point];
    return users.map((user) => ({ ...point, attributes: [{ key: 'user', value: { stringValue: user } }] }));
  });
  const attributes = Object.entries({ 'service.name': 'shop', 'service.instance.id': 'shop-1' }).map(
    ([key, stringValue]) => ({ key, value: { stringValue } }),
  );
  const body = {
    resourceMetrics: [
      { resource: { attributes }, scopeMetrics: [{ metrics: [{ name: 'process.memory', gauge: { dataPoints } }] }] },
    ],
  };
  const response = await fetch(otlpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([response.status, await response.json()]).toEqual([200, {}]);
}

function normal(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 100 + ((index * 7) % 5));
}

function high(count: number): number[] {
  return Array.from({ length: count }, () => 300);
}

async function untilSaid(type: Said['type'], count = 1): Promise<void> {
  await eventually(() => expect(said.filter((event) => event.type === type)).toHaveLength(count), {
    timeoutMs: 20_000,
  });
}

test('OTLP in, an anomaly out, cleared after recovery', async () => {
  clockMs = Date.now() - 3_600 * secondMs;
  const detector = start('detector');
  await post(normal(100));
  await post(high(10));
  await untilSaid('anomaly.detected');
  await post(normal(10));
  await untilSaid('anomaly.cleared');
  const [detected, cleared] = [said.find(({ type }) => type === 'anomaly.detected'), said.at(-1)];
  expect(detected?.data).toMatchObject({
    service: 'shop',
    instance: 'shop-1',
    metric: 'process_memory',
    kind: 'metric',
    value: 300,
  });
  expect(cleared?.data.anomalyId).toBe(detected?.data.anomalyId);
  expect(detected).toMatchObject({ source: '/cortex/detector', causationid: expect.any(String) });
  const { port } = JSON.parse(await detector.waitForLine('"listening"')) as { port: number };
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toMatch(/^cortex_samples_total\{service="detector"\} 120$/m);
  expect(metrics).toMatch(/^cortex_anomalies_total\{severity="\w+",service="detector"\} 1$/m);
  expect(metrics).toMatch(/^cortex_series\{partition="\d",service="detector"\} 1$/m);
  expect(await detector.stop()).toBe(0);
});

test('kill -9 in the middle of an anomaly: no second one is detected, and it is cleared', async () => {
  clockMs = Date.now() - 3_600 * secondMs;
  const first = start('detector');
  await post(normal(100));
  await post(high(5));
  await untilSaid('anomaly.detected');
  await first.kill();
  await post(high(20));
  const second = start('detector');
  await second.waitForLine('"ready"', 40_000);
  await post(normal(10));
  await untilSaid('anomaly.cleared');
  expect(said.filter(({ type }) => type === 'anomaly.detected')).toHaveLength(1);
  expect(new Set(said.map(({ data }) => data.anomalyId)).size).toBe(1);
});

test('a crash between publishing and saving: the replay says the same under the same ids', async () => {
  clockMs = Date.now() - 3_600 * secondMs;
  const first = start('detector');
  await post(normal(100));
  const bucket = await bus.bucket(detectorBucket);
  const before = await eventually(async () => {
    const entries = await bucket.entries();
    return JSON.stringify(entries).includes('process_memory') ? entries : false;
  });
  await post(high(5));
  await untilSaid('anomaly.detected');
  await first.kill();
  for (const { key, value } of before) await bucket.put(key, value);
  const second = start('detector');
  await second.waitForLine('"anomaly"', 40_000);
  await post(normal(10));
  await untilSaid('anomaly.cleared');
  expect(said.filter(({ type }) => type === 'anomaly.detected')).toHaveLength(1);
  expect(new Set(said.map(({ id }) => id)).size).toBe(said.length);
});

test('more series than a service may have: the service is told once, and what is watched goes on', async () => {
  clockMs = Date.now() - 3_600 * secondMs;
  const detector = start('detector');
  await post(normal(20), 'a', 'b', 'c');
  await post(normal(5), 'a', 'b', 'c', 'd', 'e', 'f');
  await post(normal(75), 'a', 'b', 'c', 'd', 'e', 'g');
  await post(high(10), 'a');
  await untilSaid('anomaly.detected');
  const limited: CortexEvent<'detection.limited'>[] = [];
  const reading = await bus.read({
    event: detectionLimited,
    from: 'all',
    handle: (event) => void limited.push(event),
  });
  readings.push(reading);
  await eventually(() => expect(limited).toHaveLength(1));
  expect(limited[0]?.data).toMatchObject({ service: 'shop', scope: 'service', limit: 4 });
  expect(limited[0]?.data.refusedSeries).toBeGreaterThan(0);
  expect(limited[0]?.data.suspect).toMatchObject({ metric: 'process_memory', label: 'user', values: 4 });
  await detector.waitForLine('series are refused');
});
