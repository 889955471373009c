import { connectBus, type Bus, type Consumption } from '@cortex/bus';
import { anomalyDetected, logMetrics, telemetryMetrics, traceMetrics, type CortexEvent } from '@cortex/contracts';
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
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = temporaryFolder('cortex-signals-');
const config = join(folder.path, 'cortex.yaml');
writeFileSync(
  config,
  `version: 1
environment: test
services:
  - name: shop
    instances: [{ id: shop-1 }]
collector:
  signals: { window: 200ms, warm_up: 2s, warm_up_records: 50 }
  otlp: { host: 127.0.0.1, port: 0 }
  partitions: 2
detection: { rules: [{ match: { metric: '*' }, direction: up }] } # a pause of the sender is none of this test's business
`,
);

/** Enough for the detectors to know what is normal. */
const normalWindows = 60;

let nats: ProvisionedNats;
let bus: Bus;
let processes: TestProcess[];
let readings: Consumption[];
let collectorUrl: string;
const detected: CortexEvent<'anomaly.detected'>['data'][] = [];
const samples = new Map<string, number>();

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'test', logger: silentLogger });
  readings = await Promise.all([
    bus.read({ event: anomalyDetected, from: 'all', handle: ({ data }) => void detected.push(data) }),
    bus.read({
      event: telemetryMetrics,
      from: 'all',
      handle({ data }) {
        for (const { metric, values } of data.series) samples.set(metric, (samples.get(metric) ?? 0) + values.length);
      },
    }),
  ]);
  processes = [start('collector'), start('detector')];
  const line = await processes[0]?.waitForLine('"otlp listening"', 40_000);
  collectorUrl = `http://127.0.0.1:${(JSON.parse(line ?? '') as { port: number }).port}`;
  await processes[1]?.waitForLine('"ready"', 40_000);
});

afterAll(async () => {
  await Promise.all(processes.map((process) => process.kill()));
  await Promise.all(readings.map((reading) => reading.stop()));
  await bus.drain(1_000);
  await nats.stop();
});

function start(app: 'collector' | 'detector'): TestProcess {
  return startProcess([process.execPath, '--import', 'tsx', `apps/${app}/src/main.ts`], {
    cwd: root,
    env: { CORTEX_CONFIG: config, CORTEX_NATS_URL: nats.url, CORTEX_DATA_DIR: folder.path, CORTEX_HTTP_PORT: '0' },
  });
}

async function post(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${collectorUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([response.status, await response.json()]).toEqual([200, {}]);
}

const attributes = Object.entries({ 'service.name': 'shop', 'service.instance.id': 'shop-1' }).map(
  ([key, stringValue]) => ({ key, value: { stringValue } }),
);

function postLogs(...bodies: readonly string[]): Promise<void> {
  const logRecords = bodies.map((stringValue) => ({ body: { stringValue } }));
  return post('/v1/logs', { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] });
}

function postSpans(...seconds: readonly number[]): Promise<void> {
  const startMs = Date.now();
  const spans = seconds.map((taken) => ({
    name: 'GET /cart',
    kind: 2,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + Math.round(1_000 * taken)}000000`,
  }));
  return post('/v1/traces', { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] });
}

function repeat<T>(times: number, valueOf: (index: number) => T): T[] {
  return Array.from({ length: times }, (_, index) => valueOf(index));
}

/** Sends the same again and again, as a service does, until all is as it should be. */
function sendUntil(send: () => Promise<unknown>, isDone: () => boolean): Promise<unknown> {
  const attempt = async (): Promise<boolean> => {
    await send();
    return isDone();
  };
  return eventually(attempt, { intervalMs: 40, timeoutMs: 40_000 });
}

const usualLogs = () => postLogs(...repeat(5, (index) => `order ${index} placed`), 'WARN stock of item 7 is low');
const found = (metric: string, label = '', value = '') =>
  detected.find((anomaly) => anomaly.metric === metric && (anomaly.labels[label] ?? '') === value);

test('logs in: an error that was never seen before, and a burst of what is usual, are anomalies of kind log', async () => {
  await sendUntil(usualLogs, () => (samples.get(logMetrics.errors) ?? 0) >= normalWindows);
  const template = 'WARN stock of item <num> is low';
  await sendUntil(
    () =>
      Promise.all([
        usualLogs(),
        postLogs('ERROR database db-1 is unreachable', ...repeat(50, () => 'WARN stock of item 12 is low')),
      ]),
    () =>
      found(logMetrics.newTemplates, 'severity', 'warn_or_worse') !== undefined &&
      found(logMetrics.template, 'template', template) !== undefined,
  );
  expect(found(logMetrics.newTemplates, 'severity', 'warn_or_worse')).toMatchObject({
    kind: 'log',
    service: 'shop',
    value: 1,
    explanation: expect.stringContaining('log templates never seen before (warnings and errors) of shop is 1'),
  });
  await processes[0]?.waitForLine('"text":"ERROR database db-<num> is unreachable"');
  expect(found(logMetrics.template, 'template', template)).toMatchObject({
    kind: 'log',
    direction: 'up',
    explanation: expect.stringContaining(`log records per second that say "${template}" of shop is`),
  });
});

test('traces in: a latency that steps up is an anomaly of kind trace', async () => {
  const usual = () => postSpans(...repeat(10, (index) => 0.05 + index / 1_000));
  await sendUntil(usual, () => (samples.get(traceMetrics.p99) ?? 0) >= 2 * normalWindows);
  await sendUntil(
    () => postSpans(...repeat(10, (index) => 0.5 + index / 100)),
    () => found(traceMetrics.p99, 'operation', 'GET /cart') !== undefined,
  );
  expect(found(traceMetrics.p99, 'operation', 'GET /cart')).toMatchObject({
    kind: 'trace',
    service: 'shop',
    instance: 'shop-1',
    direction: 'up',
    explanation: expect.stringContaining('duration of requests "GET /cart" of shop-1 is 0.5'),
  });
});
