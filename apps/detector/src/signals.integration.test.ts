import { anomalyDetected, logMetrics, telemetryMetrics, traceMetrics, type CortexEvent } from '@cortex/contracts';
import { eventually, type TestProcess } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pipeline, resourceOf } from './test/pipeline.ts';

const configuration = `version: 1
environment: test
services:
  - name: shop
    instances: [{ id: shop-1 }]
collector:
  signals: { window: 200ms, warm_up: 2s, warm_up_records: 50 }
  otlp: { host: 127.0.0.1, port: 0 }
  partitions: 2
detection: { rules: [{ match: { metric: '*' }, direction: up }] } # a pause of the sender is none of this test's business
`;

/** Enough for the detectors to know what is normal. */
const normalWindows = 60;

let pipeline: Pipeline;
let collector: TestProcess;
const detected: CortexEvent<'anomaly.detected'>['data'][] = [];
const samples = new Map<string, number>();

beforeAll(async () => {
  pipeline = await Pipeline.start(configuration);
  const { bus } = pipeline;
  await bus.read({ event: anomalyDetected, from: 'all', handle: ({ data }) => void detected.push(data) });
  await bus.read({
    event: telemetryMetrics,
    from: 'all',
    handle({ data }) {
      for (const { metric, values } of data.series) samples.set(metric, (samples.get(metric) ?? 0) + values.length);
    },
  });
  collector = await pipeline.startCollector();
  await pipeline.start('detector').waitForLine('"ready"', 40_000);
});

afterAll(async () => {
  await pipeline.stop();
});

const resource = resourceOf('shop');

function postLogs(...bodies: readonly string[]): Promise<void> {
  const logRecords = bodies.map((stringValue) => ({ body: { stringValue } }));
  return pipeline.post('/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
}

function postSpans(...seconds: readonly number[]): Promise<void> {
  const startMs = Date.now();
  const spans = seconds.map((taken) => ({
    name: 'GET /cart',
    kind: 2,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + Math.round(1_000 * taken)}000000`,
  }));
  return pipeline.post('/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
}

function repeat<T>(times: number, valueOf: (index: number) => T): T[] {
  return Array.from({ length: times }, (_, index) => valueOf(index));
}

/** Sends the same data again and again, as a service does, until the condition holds. */
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

test('logs in: an error that was never seen before, and a burst of a usual one, are anomalies of kind log', async () => {
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
  await collector.waitForLine('"text":"ERROR database db-<num> is unreachable"');
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
