import { connectBus, type Bus } from '@cortex/bus';
import { telemetryMetrics, type CortexEvent, type SeriesBatch } from '@cortex/contracts';
import { eventually, silentLogger, startPrometheus, startProvisionedNats, type TestPrometheus } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProcess, type CollectorProcess } from '../test/collector-process.ts';
import { startScrapeTarget, type ScrapeTarget } from '../test/scrape-target.ts';

let nats: ProvisionedNats;
let bus: Bus;
let collector: CollectorProcess;
let target: ScrapeTarget;
let prometheus: TestPrometheus;
const events: CortexEvent<'telemetry.metrics'>[] = [];

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/cli', name: 'test', logger: silentLogger });
  await bus.read({ event: telemetryMetrics, from: 'all', handle: (event) => void events.push(event) });
  collector = await startCollectorProcess(nats.url);
  target = await startScrapeTarget();
  prometheus = await startPrometheus(
    JSON.stringify({
      global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
      scrape_configs: [
        { job_name: 'shop', static_configs: [{ targets: [target.address], labels: { instance: 'shop-1' } }] },
      ],
      remote_write: [
        {
          url: `${collector.url}/api/v1/write`,
          queue_config: { batch_send_deadline: '100ms', min_backoff: '50ms', max_backoff: '200ms' },
        },
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
});

function seriesOf(metric: string): readonly SeriesBatch[] {
  return events.flatMap(({ data }) => data.series).filter((series) => series.metric === metric);
}

const samplesOf = (metric: string) =>
  seriesOf(metric).flatMap(({ timesMs, values }) =>
    values.map((value, index) => [timesMs[index] ?? 0, value] as const),
  );
const valuesOf = (metric: string) => samplesOf(metric).map(([, value]) => value);

test('what a real Prometheus scrapes arrives as telemetry of the right service and instance', async () => {
  target.show('# TYPE queue_depth gauge\nqueue_depth{queue="mail"} 42.5\n');
  await eventually(() => expect(valuesOf('queue_depth').length).toBeGreaterThan(2), { timeoutMs: 20_000 });
  expect(new Set(valuesOf('queue_depth'))).toEqual(new Set([42.5]));
  expect(seriesOf('queue_depth')[0]).toMatchObject({
    service: 'shop',
    instance: 'shop-1',
    labels: { queue: 'mail' },
  });
  expect(valuesOf('up')).toContain(1);
});

test('what a real Prometheus is asked arrives as well', async () => {
  target.show('queue_depth{queue="mail"} 42.5\n');
  const asking = await startCollectorProcess(nats.url, {
    prometheus: [
      {
        url: prometheus.url,
        interval: '200ms',
        queries: [{ metric: 'queue_backlog', query: 'sum(queue_depth)', unit: '1', service: 'shop' }],
      },
    ],
  });
  try {
    await eventually(() => expect(valuesOf('queue_backlog').length).toBeGreaterThan(2), { timeoutMs: 20_000 });
    expect(valuesOf('queue_backlog')).toContain(42.5);
    expect(seriesOf('queue_backlog')[0]).toMatchObject({ service: 'shop', unit: '1', labels: {} });
    expect(await asking.metric('cortex_prometheus_queries_total{outcome="succeeded"')).toBeGreaterThan(2);
    expect(await asking.metric('cortex_collected_samples_total{source="prometheus"')).toBeGreaterThan(2);
  } finally {
    expect(await asking.stop()).toBe(0);
  }
});

test('a counter arrives as its rate, and a reset is no fall', async () => {
  const began = Date.now();
  // It counts 50 per second, and begins again from zero after two seconds.
  target.show(() => {
    const elapsed = Date.now() - began;
    const counted = Math.floor(((elapsed < 2_000 ? 5_000 + elapsed : elapsed - 2_000) / 1_000) * 50);
    return `# TYPE orders_total counter\norders_total ${counted}\n`;
  });
  await eventually(() => expect(samplesOf('orders_total_per_second').at(-1)?.[0]).toBeGreaterThan(began + 4_000), {
    timeoutMs: 20_000,
  });
  const rates = valuesOf('orders_total_per_second');
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  expect(mean).toBeGreaterThan(35);
  expect(mean).toBeLessThan(60);
  expect(seriesOf('orders_total')).toEqual([]);
});

test('without NATS Prometheus is told to wait, sends it all again, and no sample is missing', async () => {
  const ballast = Array.from({ length: 1_000 }, (_, index) => `ballast{index="${index}"} 1`).join('\n');
  let scrapes = 0;
  target.show(() => {
    scrapes += 1;
    return `sequence ${scrapes}\n${ballast}\n`;
  });
  await eventually(() => expect(valuesOf('sequence').length).toBeGreaterThan(1), { timeoutMs: 20_000 });
  await nats.kill();
  const retried = async (): Promise<number> => {
    const text = await (await fetch(`${prometheus.url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith('prometheus_remote_storage_samples_retried_total'));
    return Number(line?.split(' ').at(-1));
  };
  await eventually(async () => expect(await retried()).toBeGreaterThan(0), { timeoutMs: 30_000 });
  await nats.restart();
  const shown = scrapes + 1;
  await eventually(() => expect(valuesOf('sequence')).toContain(shown), { timeoutMs: 30_000 });
  const seen = new Set(valuesOf('sequence'));
  const [first = 0] = valuesOf('sequence');
  const missing = Array.from({ length: shown - first }, (_, index) => first + index).filter((one) => !seen.has(one));
  expect(missing).toEqual([]);
  expect(await collector.metric('cortex_lost_samples_total')).toBe(0);
});

test('stale markers are no values; NaN and infinity are counted and left out', async () => {
  target.show('gone 1\n');
  await eventually(() => expect(valuesOf('gone').length).toBeGreaterThan(0));
  target.show('strange{kind="nan"} NaN\nstrange{kind="inf"} +Inf\nafterwards 1\n');
  await eventually(() => expect(valuesOf('afterwards').length).toBeGreaterThan(2));
  const rejected = 'cortex_rejected_samples_total{source="remote_write",reason="not_finite"';
  await eventually(async () => expect(await collector.metric(rejected)).toBeGreaterThan(3));
  // Without them the series end: Prometheus sends stale markers for them.
  target.show('afterwards 1\n');
  const shownAt = Date.now();
  await eventually(() => expect(samplesOf('afterwards').at(-1)?.[0]).toBeGreaterThan(shownAt + 500));
  const before = await collector.metric(rejected);
  // Now every series of the target ends; `up` stays and says 0.
  await target.stop();
  await eventually(() => expect(valuesOf('up').filter((value) => value === 0).length).toBeGreaterThan(3));
  expect(await collector.metric(rejected)).toBe(before);
  expect([...valuesOf('gone'), ...valuesOf('afterwards')].every((value) => value === 1)).toBe(true);
  expect(seriesOf('strange')).toEqual([]);
});
