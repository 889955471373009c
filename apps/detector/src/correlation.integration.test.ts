import {
  anomalyDetected,
  anomalyUpdated,
  decisionMade,
  draft,
  incidentOpened,
  type Anomaly,
  type CortexEvent,
} from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Pipeline, resourceOf } from './test/pipeline.ts';

const configuration = `version: 1
environment: production
services:
  - { name: db, instances: [{ id: db-1 }] }
  - { name: cache, instances: [{ id: cache-1 }] }
  - { name: mail, instances: [{ id: mail-1 }] }
  - { name: blog, depends_on: [mail], instances: [{ id: blog-1 }] }
  - { name: shop, depends_on: [db, cache], instances: [{ id: shop-1 }] }
collector: { otlp: { host: 127.0.0.1, port: 0 }, partitions: 3 }
`;

type Said = CortexEvent<'anomaly.detected' | 'anomaly.updated'>;

let pipeline: Pipeline;
let said: Said[];
let incidents: CortexEvent<'incident.opened'>[];
let decisions: CortexEvent<'decision.made'>[];

beforeEach(async () => {
  said = [];
  incidents = [];
  decisions = [];
  pipeline = await Pipeline.start(configuration);
  const note = (event: Said): void => void said.push(event);
  const { bus } = pipeline;
  await Promise.all([
    bus.read({ event: anomalyDetected, from: 'all', handle: note }),
    bus.read({ event: anomalyUpdated, from: 'all', handle: note }),
    bus.read({ event: incidentOpened, from: 'all', handle: (event) => void incidents.push(event) }),
    bus.read({ event: decisionMade, from: 'all', handle: (event) => void decisions.push(event) }),
  ]);
});

afterEach(async () => {
  await pipeline.stop();
});

/** Posts a quarter of an hour of a healthy metric of each service, then a fault of the named ones. */
async function postFaults(faulty: readonly string[]): Promise<void> {
  const fromMs = Date.now() - 1_100_000;
  const resourceMetrics = ['db', 'cache', 'mail', 'shop'].map((service) => ({
    resource: resourceOf(service),
    scopeMetrics: [
      {
        metrics: [
          {
            name: 'latency.ms',
            gauge: {
              dataPoints: Array.from({ length: 110 }, (_, index) => ({
                asDouble: index >= 100 && faulty.includes(service) ? 300 : 100 + ((index * 7) % 5),
                timeUnixNano: `${fromMs + index * 10_000}000000`,
              })),
            },
          },
        ],
      },
    ],
  }));
  await pipeline.post('/v1/metrics', { resourceMetrics });
}

function detectedOf(service: string): Said | undefined {
  return said.find((event) => event.type === 'anomaly.detected' && event.subject === service);
}

function correlated(service?: string): Said[] {
  return said.filter(
    ({ subject, data }) => data.components.correlation !== undefined && (service === undefined || subject === service),
  );
}

const slow = { timeoutMs: 30_000 };

test('a fault of a service and of its dependency: both are published with the other; uninvolved services are not', async () => {
  await pipeline.startCollector();
  pipeline.start('detector');
  await postFaults(['db', 'shop']);
  await eventually(() => expect([correlated('db').length, correlated('shop').length]).not.toContain(0), slow);
  const [shop] = correlated('shop');
  expect(shop?.data.explanation).toMatch(
    /; 1 dependency of shop shows anomalies since \d\d:\d\d UTC: db \(latency_ms\)$/,
  );
  expect(shop?.data.anomalyId).toBe(detectedOf('shop')?.data.anomalyId);
  expect(new Set(correlated().map(({ subject }) => subject))).toEqual(new Set(['db', 'shop']));
});

test('a fault of one service alone is not changed', async () => {
  await pipeline.startCollector();
  pipeline.start('detector');
  await postFaults(['shop']);
  await eventually(() => expect(detectedOf('shop')).toBeDefined(), slow);
  // Two from long before, which are correlated with each other: when their update is published, everything before it
  // has been judged.
  for (const service of ['mail', 'blog']) await publish(service, { startedAt: '2020-01-01T00:00:00.000Z' });
  await eventually(() => expect(correlated('blog')).toHaveLength(1), slow);
  expect(correlated('shop')).toEqual([]);
});

/** Publishes an anomaly as the detector of a partition would. */
async function publish(service: string, fields: Partial<Anomaly>): Promise<void> {
  const at = new Date().toISOString();
  const data = {
    anomalyId: `${service}-1`,
    kind: 'metric' as const,
    service,
    metric: 'latency',
    value: 9,
    score: 0.6,
    severity: 'medium' as const,
    harm: { kind: 'none' as const, reason: 'nobody has named a value of latency that would be harm' },
    components: { statistical: 0.7, pattern: 0.45 },
    algorithms: [],
    direction: 'up' as const,
    startedAt: at,
    observedAt: at,
    explanation: `latency of ${service} is 9`,
    ...fields,
  };
  await pipeline.bus.publish(draft(anomalyDetected, { service, data }));
}

test('two replicas, one killed and started again: every update once', async () => {
  const first = pipeline.start('detector', 'one');
  const second = pipeline.start('detector', 'two');
  await Promise.all([first.waitForLine('"ready"', 40_000), second.waitForLine('"ready"', 40_000)]);
  await publish('db', {});
  await publish('shop', {});
  await eventually(() => expect(correlated()).toHaveLength(2), slow);
  await first.kill();
  await publish('cache', {});
  await eventually(() => expect(correlated('shop')).toHaveLength(2), slow);
  // The last that follows from the same event: what a replica that is killed had not published yet, the next one does.
  await eventually(() => expect(correlated('cache')).toHaveLength(1), slow);
  await second.kill();
  const third = pipeline.start('detector', 'three');
  await third.waitForLine('"ready"', 40_000);
  const before = correlated().length;
  await publish('mail', {});
  await publish('mail', { anomalyId: 'mail-2', startedAt: '2020-01-01T00:00:00.000Z' });
  await eventually(() => expect(correlated('mail')).toHaveLength(1), slow);
  expect(correlated().filter(({ subject }) => subject !== 'mail').length).toBe(before);
  const ids = said.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('anomalies published while no detector ran are correlated when one starts', async () => {
  await publish('db', {});
  await publish('shop', {});
  pipeline.start('detector');
  await eventually(() => expect(correlated('shop')).toHaveLength(1), slow);
});

test('correlated services lift an anomaly over the threshold of an incident', async () => {
  pipeline.start('decision');
  const detector = pipeline.start('detector');
  await detector.waitForLine('"ready"', 40_000);
  await publish('shop', { score: 0.29, severity: 'info' });
  await publish('db', {});
  await eventually(() => expect(incidents.map(({ subject }) => subject)).toContain('db'), slow);
  expect(incidents.map(({ subject }) => subject)).not.toContain('shop');
  await publish('cache', {});
  await eventually(() => expect(incidents.map(({ subject }) => subject)).toContain('shop'), slow);
  const opened = incidents.find(({ subject }) => subject === 'shop')?.data.incident;
  expect(opened?.signals).toMatchObject([{ severity: 'low', correlation: expect.any(Number) }]);
  const decision = await eventually(() => decisions.find(({ subject }) => subject === 'shop') ?? false, slow);
  expect(decision.data.decision.steps[0]?.inputs).toMatchObject({ correlation: expect.any(Number) });
});
