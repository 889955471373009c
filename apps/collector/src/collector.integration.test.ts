import { connectBus, type Bus } from '@cortex/bus';
import { telemetryMetrics, type CortexEvent } from '@cortex/contracts';
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
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const app = fileURLToPath(new URL('..', import.meta.url));
const folder = temporaryFolder('cortex-collector-');
const otlpHost = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
const config = join(folder.path, 'cortex.yaml');
writeFileSync(
  config,
  `version: 1
environment: test
services:
  - name: shop
    instances: [{ id: shop-1 }]
  - name: host
    instances: [{ id: host-1 }]
collector:
  host: { service: host, instance: host-1, interval: 200ms, disks: [{ path: / }] }
  otlp: { host: 127.0.0.1, port: 0 }
  partitions: 3
`,
);

let nats: ProvisionedNats;
let bus: Bus;
let collector: TestProcess;
let otlpUrl: string;
const events: CortexEvent<'telemetry.metrics'>[] = [];

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'test', logger: silentLogger });
  await bus.read({ event: telemetryMetrics, from: 'all', handle: (event) => void events.push(event) });
  await bundleApp(app);
  collector = startApp(app, {
    natsUrl: nats.url,
    folder: folder.path,
    env: {
      CORTEX_HTTP_PORT: '0',
      // Wins over the configuration; beyond Linux the loopback has one address.
      CORTEX_OTLP_HOST: otlpHost,
    },
  });
  const line = await collector.waitForLine('"otlp listening"', 40_000);
  otlpUrl = `http://${otlpHost}:${(JSON.parse(line) as { port: number }).port}/v1/metrics`;
});

afterAll(async () => {
  await collector.kill();
  await bus.drain(1_000);
  await nats.stop();
});

async function post(metric: string, values: readonly number[]): Promise<number> {
  const dataPoints = values.map((asDouble, index) => ({
    asDouble,
    timeUnixNano: `${1_700_000_000_000 + index}000000`,
  }));
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
  const scopeMetrics = [{ metrics: [{ name: metric, gauge: { dataPoints } }] }];
  const response = await fetch(otlpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] }),
  });
  await response.text();
  return response.status;
}

function received(metric: string): number {
  const series = events.flatMap(({ data }) => data.series).filter((one) => one.metric === metric);
  return series.reduce((sum, { values }) => sum + values.length, 0);
}

test('the metrics of the machine arrive as telemetry, again and again', async () => {
  await eventually(() => expect(received('cpu_usage_percent')).toBeGreaterThan(1));
  expect(received('disk_usage_percent')).toBeGreaterThan(1);
});

test('what is posted arrives within a second, on the subject of its partition', async () => {
  expect(await post('orders', [1, 2, 3])).toBe(200);
  await eventually(() => expect(received('orders')).toBe(3), { timeoutMs: 2_000 });
  for (const { subject, data } of events) expect(subject).toBe(`partition-${data.partition}`);
});

test('what the SDK of OpenTelemetry exports arrives', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'gzip');
  const exporter = new OTLPMetricExporter({ url: otlpUrl });
  vi.unstubAllEnvs();
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'shop-1' });
  const provider = new MeterProvider({ resource, readers: [reader] });
  provider.getMeter('test').createGauge('sdk.gauge').record(12.5, { color: 'blue' });
  await reader.forceFlush();
  await eventually(() => expect(received('sdk_gauge')).toBe(1));
  const series = events.flatMap(({ data }) => data.series).find(({ metric }) => metric === 'sdk_gauge');
  expect(series).toMatchObject({ service: 'shop', instance: 'shop-1', labels: { color: 'blue' }, values: [12.5] });
  await provider.shutdown();
});

test('without NATS memory stays bounded: senders are told to wait, and all that was accepted arrives afterwards', async () => {
  await nats.kill();
  const batch = Array.from({ length: 1_000 }, (_, index) => index);
  let accepted = 0;
  await eventually(
    async () => {
      const status = await post('bulk', batch);
      accepted += status === 200 ? 1_000 : 0;
      return status === 503;
    },
    { intervalMs: 0 },
  );
  expect(accepted).toBeGreaterThan(1_000);
  expect(accepted).toBeLessThanOrEqual(64_000);
  await nats.restart();
  await eventually(() => expect(received('bulk')).toBe(accepted), { timeoutMs: 30_000 });
  expect(await post('bulk', [1])).toBe(200);
});

test('on SIGTERM it publishes what it still holds', async () => {
  expect(await post('last_words', [1, 2])).toBe(200);
  expect(await collector.stop()).toBe(0);
  await eventually(() => expect(received('last_words')).toBe(2));
});
