import { connectBus } from '@cortex/bus';
import {
  anomalyCleared,
  anomalyDetected,
  dataSchemaOf,
  subjectOf,
  telemetryMetrics,
  type CortexEvent,
} from '@cortex/contracts';
import { bundleApp, eventually, silentLogger, startApp, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const app = fileURLToPath(new URL('..', import.meta.url));
const instances = ['shop-1', 'shop-2', 'shop-3'];
const everyMs = 10_000;
const minuteMs = 60_000;

/** One event of the telemetry as it was stored at some time. */
function telemetryAt(atMs: number, senders: readonly string[]): Uint8Array {
  const series = senders.map((instance) => ({
    service: 'shop',
    instance,
    metric: 'cpu',
    labels: {},
    timesMs: [atMs],
    values: [5],
  }));
  const event = {
    specversion: '1.0',
    id: randomUUID(),
    source: '/cortex/collector',
    type: telemetryMetrics.type,
    subject: '0',
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaOf(telemetryMetrics),
    data: { partition: 0, series },
  };
  return new TextEncoder().encode(JSON.stringify(event));
}

test('an hour of telemetry in which one instance was silent for ten minutes: detected once, and cleared', async () => {
  const folder = temporaryFolder('cortex-missing-');
  const config = join(folder.path, 'cortex.yaml');
  const list = instances.map((id) => `{ id: ${id} }`).join(', ');
  writeFileSync(
    config,
    `version: 1\nenvironment: test\nservices:\n  - { name: shop, instances: [${list}] }\ncollector: { partitions: 1 }\n`,
  );
  const nats = await startProvisionedNats();
  const bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'test', logger: silentLogger });
  const said: CortexEvent<'anomaly.detected' | 'anomaly.cleared'>[] = [];
  const note = (event: (typeof said)[number]): void => void said.push(event);
  await bus.read({ event: anomalyDetected, from: 'all', handle: note });
  await bus.read({ event: anomalyCleared, from: 'all', handle: note });
  const startMs = Date.now() - 60 * minuteMs;
  const messages = Array.from({ length: 350 }, (_, index) => {
    const minute = (index * everyMs) / minuteMs;
    return telemetryAt(startMs + index * everyMs, minute >= 40 && minute < 50 ? instances.slice(1) : instances);
  });
  const log = bus.appendLog('TELEMETRY', subjectOf(telemetryMetrics.type, '0'));
  expect(await log.append(messages, (await log.end()).sequence)).toBe(messages.length);
  await bundleApp(app);
  const detector = startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_HTTP_PORT: '0' } });
  await eventually(() => expect(said).toHaveLength(2), { timeoutMs: 40_000 });
  await detector.waitForLine('"ready"', 40_000);
  expect(said).toMatchObject([
    { type: 'anomaly.detected', data: { instance: 'shop-1', metric: 'samples_per_minute', value: 0, expected: 6 } },
    { type: 'anomaly.cleared', data: { instance: 'shop-1', reason: 'shop-1: samples arrive again' } },
  ]);
  await detector.kill();
  await bus.drain(1_000);
  await nats.stop();
});
