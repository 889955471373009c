import { connectBus, type Bus } from '@cortex/bus';
import { metricSightingBucket } from '@cortex/contracts';
import { systemRuntime, type Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import { eventually, silentLogger, startProvisionedNats, type ProvisionedNats } from '@cortex/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchMetricSightings } from './metric-sightings.ts';

let nats: ProvisionedNats;
let bus: Bus;

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/detector', name: 'sightings', logger: silentLogger });
}, 60_000);
afterAll(async () => {
  await bus?.drain(1_000);
  await nats?.stop();
});

function playbook(id: string, condition: string) {
  const verification = { conditions: [], shortTerm: { metrics: [] } };
  return { id, trigger: { condition, durationMs: 0 }, verification };
}

test('a metric that nobody sends is told after an hour, once an hour, with who waits for it', async () => {
  const started = Date.parse('2026-03-02T10:00:00Z');
  let nowMs = started;
  let round = (): void => undefined;
  const runtime: Runtime = {
    ...systemRuntime,
    now: () => new Date(nowMs),
    every(_, callback) {
      round = callback;
      return { cancel: () => undefined };
    },
  };
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const metrics = new Registry();
  const config = { playbooks: [playbook('clean', 'disk > 85'), playbook('page', 'dsik > 95')] };
  const context = { bus, config, logger, runtime, metrics } as unknown as ServiceContext;
  const sightings = await watchMetricSightings(context);
  const missing = async (): Promise<number | undefined> =>
    (await metrics.getSingleMetric('cortex_awaited_metrics_missing')?.get())?.values[0]?.value;
  const after = async (minutes: number): Promise<void> => {
    nowMs = started + minutes * 60_000;
    const time = new Date(nowMs).toISOString();
    sightings.note({ time, data: { series: [{ metric: 'disk' }, { metric: 'other' }] } } as never);
    round();
    const bucket = await bus.bucket(metricSightingBucket);
    await eventually(async () => (await bucket.entries()).some(({ value }) => value.seenAt === time));
  };
  await after(59);
  expect(await missing()).toBe(0);
  expect(lines).toEqual([]);
  for (const minutes of [60, 61, 119]) await after(minutes);
  await eventually(async () => (await missing()) === 1);
  expect(lines).toMatchObject([{ metric: 'dsik', awaitedBy: ['trigger of page'], lastSeen: 'never' }]);
  await after(121);
  await sightings.stop();
  expect(lines).toHaveLength(2);
  const seen = await (await bus.bucket(metricSightingBucket)).entries();
  expect(seen.map(({ value }) => value)).toEqual([{ metric: 'disk', seenAt: '2026-03-02T12:01:00.000Z' }]);
});
