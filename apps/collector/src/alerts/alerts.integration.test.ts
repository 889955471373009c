import { connectBus, type Bus } from '@cortex/bus';
import { anomalyCleared, anomalyDetected, type CortexEvent } from '@cortex/contracts';
import { eventually, silentLogger, startPrometheus, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import type { ProvisionedNats, TestPrometheus } from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProcess, type CollectorProcess } from '../test/collector-process.ts';
import { startScrapeTarget, type ScrapeTarget } from '../test/scrape-target.ts';

const folder = temporaryFolder('cortex-alerts-');
let nats: ProvisionedNats;
let bus: Bus;
let collector: CollectorProcess;
let target: ScrapeTarget;
let prometheus: TestPrometheus;
const detected: CortexEvent<'anomaly.detected'>[] = [];
const cleared: CortexEvent<'anomaly.cleared'>[] = [];

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'test', logger: silentLogger });
  await bus.read({ event: anomalyDetected, from: 'all', handle: (event) => void detected.push(event) });
  await bus.read({ event: anomalyCleared, from: 'all', handle: (event) => void cleared.push(event) });
  collector = await startCollectorProcess(nats.url);
  target = await startScrapeTarget();
  const rules = join(folder.path, 'rules.yml');
  const rule = {
    alert: 'QueueTooLong',
    expr: 'queue_depth > 10',
    labels: { severity: 'critical' },
    annotations: { summary: 'The queue has {{ $value }} messages' },
  };
  writeFileSync(rules, JSON.stringify({ groups: [{ name: 'queue', interval: '200ms', rules: [rule] }] }));
  prometheus = await startPrometheus(
    JSON.stringify({
      global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '200ms' },
      rule_files: [rules],
      alerting: {
        alertmanagers: [{ static_configs: [{ targets: [new URL(collector.url).host] }], api_version: 'v2' }],
      },
      scrape_configs: [
        { job_name: 'shop', static_configs: [{ targets: [target.address], labels: { instance: 'shop-1' } }] },
      ],
    }),
  );
});

afterAll(async () => {
  await prometheus?.stop();
  await target?.stop();
  await collector?.stop();
  await bus?.drain(1_000);
  await nats?.stop();
  folder.remove();
});

test('an alert of a real Prometheus is an anomaly, and is cleared when it is resolved', async () => {
  target.show('queue_depth 42\n');
  await eventually(() => expect(detected).toHaveLength(1), { timeoutMs: 20_000 });
  expect(detected[0]?.data).toMatchObject({
    kind: 'alert',
    service: 'shop',
    instance: 'shop-1',
    metric: 'QueueTooLong',
    severity: 'critical',
    explanation: 'The queue has 42 messages',
  });
  target.show('queue_depth 3\n');
  await eventually(() => expect(cleared).toHaveLength(1), { timeoutMs: 20_000 });
  expect(cleared[0]?.data.anomalyId).toBe(detected[0]?.data.anomalyId);
});

test('a restarted collector publishes the same event under the same id, which the stream drops', async () => {
  const alert = [{ labels: { alertname: 'Slow', job: 'shop' }, startsAt: new Date().toISOString() }];
  const post = async (): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${collector.url}/api/v2/alerts`, {
      method: 'POST',
      headers,
      body: JSON.stringify(alert),
    });
    return response.status;
  };
  const ofSlow = () => detected.filter(({ data }) => data.metric === 'Slow');
  expect(await post()).toBe(200);
  await eventually(() => expect(ofSlow()).toHaveLength(1));
  await collector.stop();
  collector = await startCollectorProcess(nats.url);
  expect(await post()).toBe(200);
  expect(await collector.metric('cortex_firing_alerts')).toBe(1);
  const duplicates = 'cortex_events_published_total{type="anomaly.detected",duplicate="true"';
  await eventually(async () => expect(await collector.metric(duplicates)).toBe(1));
  expect(ofSlow()).toHaveLength(1);
});
