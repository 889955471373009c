import {
  anomalyCleared,
  anomalyDetected,
  anomalyUpdated,
  detectionLimited,
  detectorBucket,
  type CortexEvent,
} from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Pipeline, resourceOf } from './test/pipeline.ts';

const configuration = `version: 1
environment: test
services:
  - name: shop
    instances: [{ id: shop-1 }]
detection: { max_series: { services: { shop: 4 } } }
collector: { otlp: { host: 127.0.0.1, port: 0 }, partitions: 2 }
`;

type Said = CortexEvent<'anomaly.detected' | 'anomaly.updated' | 'anomaly.cleared'>;

let pipeline: Pipeline;
let said: Said[];

beforeEach(async () => {
  said = [];
  pipeline = await Pipeline.start(configuration);
  const note = (event: Said): void => void said.push(event);
  await pipeline.bus.read({ event: anomalyDetected, from: 'all', handle: note });
  await pipeline.bus.read({ event: anomalyUpdated, from: 'all', handle: note });
  await pipeline.bus.read({ event: anomalyCleared, from: 'all', handle: note });
  await pipeline.startCollector();
});

afterEach(async () => {
  await pipeline.stop();
});

const secondMs = 1_000;
let clockMs = 0;

/** Posts values ten seconds apart, from where the last post ended; all of them lie in the past. */
async function post(values: readonly number[], ...users: readonly string[]): Promise<void> {
  const dataPoints = values.flatMap((asDouble) => {
    clockMs += 10 * secondMs;
    const point = { asDouble, timeUnixNano: `${clockMs}000000` };
    if (users.length === 0) return [point];
    return users.map((user) => ({ ...point, attributes: [{ key: 'user', value: { stringValue: user } }] }));
  });
  const metrics = [{ name: 'process.memory', gauge: { dataPoints } }];
  await pipeline.post('/v1/metrics', {
    resourceMetrics: [{ resource: resourceOf('shop'), scopeMetrics: [{ metrics }] }],
  });
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
  const detector = pipeline.start('detector');
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
  const first = pipeline.start('detector');
  await post(normal(100));
  await post(high(5));
  await untilSaid('anomaly.detected');
  await first.kill();
  await post(high(20));
  const second = pipeline.start('detector');
  await second.waitForLine('"ready"', 40_000);
  await post(normal(10));
  await untilSaid('anomaly.cleared');
  expect(said.filter(({ type }) => type === 'anomaly.detected')).toHaveLength(1);
  expect(new Set(said.map(({ data }) => data.anomalyId)).size).toBe(1);
});

test('a crash between publishing and saving: the replay publishes the same events under the same ids', async () => {
  clockMs = Date.now() - 3_600 * secondMs;
  const first = pipeline.start('detector');
  await post(normal(100));
  const bucket = await pipeline.bus.bucket(detectorBucket);
  const before = await eventually(async () => {
    const entries = await bucket.entries();
    return JSON.stringify(entries).includes('process_memory') ? entries : false;
  });
  await post(high(5));
  await untilSaid('anomaly.detected');
  await first.kill();
  for (const { key, value } of before) await bucket.put(key, value);
  const second = pipeline.start('detector');
  await second.waitForLine('"anomaly"', 40_000);
  await post(normal(10));
  await untilSaid('anomaly.cleared');
  expect(said.filter(({ type }) => type === 'anomaly.detected')).toHaveLength(1);
  expect(new Set(said.map(({ id }) => id)).size).toBe(said.length);
});

test('more series than a service may have: reported once, and the known series are still watched', async () => {
  clockMs = Date.now() - 3_600 * secondMs;
  const detector = pipeline.start('detector');
  await post(normal(20), 'a', 'b', 'c');
  await post(normal(5), 'a', 'b', 'c', 'd', 'e', 'f');
  await post(normal(75), 'a', 'b', 'c', 'd', 'e', 'g');
  await post(high(10), 'a');
  await untilSaid('anomaly.detected');
  const limited: CortexEvent<'detection.limited'>[] = [];
  await pipeline.bus.read({ event: detectionLimited, from: 'all', handle: (event) => void limited.push(event) });
  await eventually(() => expect(limited).toHaveLength(1));
  expect(limited[0]?.data).toMatchObject({ service: 'shop', scope: 'service', limit: 4 });
  expect(limited[0]?.data.refusedSeries).toBeGreaterThan(0);
  expect(limited[0]?.data.suspect).toMatchObject({ metric: 'process_memory', label: 'user', values: 4 });
  await detector.waitForLine('series are refused');
});
