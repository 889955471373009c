import { systemRuntime } from '@cortex/runtime';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import {
  draft,
  partitionDraft,
  Playbook,
  anomalyCleared,
  remediationCompleted,
  telemetryMetrics,
  verificationCompleted,
  verificationStarted,
} from '@cortex/contracts';
import type { CortexEvent, ExecutionOutcome, TriggeringSignal } from '@cortex/contracts';
import {
  bundleApp,
  eventually,
  silentLogger,
  startApp,
  startHttpReceiver,
  startProvisionedNats,
  temporaryFolder,
} from '@cortex/testing';
import type { HttpReceiver, ProvisionedNats, TemporaryFolder, TestProcess } from '@cortex/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followAnomalies } from './adapters/anomaly-words.ts';
import { openRecentHistory } from './adapters/recent-history.ts';
import { TelemetryTails } from './adapters/telemetry-tail.ts';
import { verifierRoutes } from './routes.ts';

const app = resolve(import.meta.dirname, '..');
const target = { service: 'shop', instance: 'shop-1' };
const patience = { timeoutMs: 20_000, intervalMs: 20 };

let nats: ProvisionedNats;
let bus: Bus;
let folder: TemporaryFolder;
let shop: HttpReceiver;
let isUp: boolean;
let verifier: TestProcess | undefined;
let started: CortexEvent<'verification.started'>[];
let completed: CortexEvent<'verification.completed'>[];

beforeAll(() => bundleApp(app));

beforeEach(async () => {
  isUp = true;
  shop = await startHttpReceiver();
  shop.answer = (response) => response.writeHead(isUp ? 200 : 503).end();
  folder = temporaryFolder('cortex-verifier-');
  await writeFile(
    join(folder.path, 'cortex.yaml'),
    `version: 1
services:
  - name: shop
    instances: [{ id: shop-1 }]
checks:
  - { name: web, type: http_endpoint, service: shop, interval: 5s, timeout: 500ms, retries: 0, url: "http://127.0.0.1:${shop.port}/" }
`,
  );
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  started = [];
  completed = [];
  await bus.read({ event: verificationStarted, from: 'all', handle: (event) => void started.push(event) });
  await bus.read({ event: verificationCompleted, from: 'all', handle: (event) => void completed.push(event) });
  await startVerifier();
});

afterEach(async () => {
  await verifier?.kill();
  verifier = undefined;
  await bus.drain(1_000);
  await nats.stop();
  await shop.stop();
  folder.remove();
});

async function startVerifier(): Promise<void> {
  verifier = startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_INSTANCE: 'test' } });
  await verifier.waitForLine('"msg":"ready"');
}

/** Publishes that a remediation ended just now; returns its execution id. */
async function remediate(
  verification: Partial<Playbook['verification']>,
  outcome: ExecutionOutcome = 'succeeded',
  signals: readonly TriggeringSignal[] = [],
): Promise<string> {
  const executionId = randomUUID();
  const playbook = Playbook.parse({
    id: 'free-memory',
    name: 'Free memory',
    version: '1',
    category: 'application',
    severity: 'high',
    trigger: { condition: 'memory_percent > 90' },
    steps: [{ step: 1, name: 'restart', action: 'restart_service', params: {}, timeoutMs: 1_000 }],
    verification: { immediateTimeoutMs: 900, retries: 3, healthChecksMs: 0, ...verification },
    rollback: { available: false },
    escalation: {},
    safety: {},
  });
  const now = Date.now();
  const incidentId = randomUUID();
  await bus.publish(
    draft(remediationCompleted, {
      service: 'shop',
      incidentId,
      data: {
        executionId,
        incidentId,
        playbook,
        targets: [target],
        signals: [...signals],
        outcome,
        reason: 'all steps ran',
        steps: [],
        startedAt: new Date(now - 50).toISOString(),
        completedAt: new Date(now).toISOString(),
        durationMs: 50,
      },
    }),
  );
  return executionId;
}

async function report(value: number, atMs: number): Promise<void> {
  const series = [{ ...target, metric: 'memory_percent', labels: {}, timesMs: [atMs], values: [value] }];
  await bus.publish(partitionDraft(telemetryMetrics, { partition: 0, data: { partition: 0, series } }));
}

async function verdictOf(executionId: string): Promise<CortexEvent<'verification.completed'>> {
  return eventually(() => {
    const found = completed.find(({ data }) => data.executionId === executionId);
    if (found === undefined) throw new Error(`no verdict on ${executionId}`);
    return found;
  }, patience);
}

describe('the verifier', () => {
  it('confirms a recovery by checks and by samples from after the effect', async () => {
    await report(96, Date.now() - 5_000);
    const executionId = await remediate({ conditions: ['memory_percent < 60'], healthChecksMs: 1_000 });
    await report(40, Date.now() + 1);
    const { data, causationid, incidentid } = await verdictOf(executionId);
    expect(data).toMatchObject({ state: 'SUCCESS', recommendation: 'close', playbookId: 'free-memory' });
    expect(data.findings.map(({ phase, verdict }) => `${phase} ${verdict}`).sort()).toEqual([
      'health_checks pass',
      'immediate pass',
    ]);
    expect(data.recoveredAt).toBeDefined();
    expect(started.map((event) => event.causationid)).toEqual([causationid]);
    expect(incidentid).toBe(data.incidentId);
  });

  it('says FAILED and asks for a rollback while the service stays down', async () => {
    isUp = false;
    const { data } = await verdictOf(await remediate({ healthChecksMs: 1_000 }));
    expect(data).toMatchObject({ state: 'FAILED', recommendation: 'rollback' });
    expect(data.recoveredAt).toBeUndefined();
  });

  it('says UNCERTAIN when the metric has no sample from after the effect', async () => {
    await report(40, Date.now() - 5_000);
    const { data } = await verdictOf(await remediate({ conditions: ['memory_percent < 60'] }));
    expect(data).toMatchObject({ state: 'UNCERTAIN', recommendation: 'ask_human' });
    expect(data.reason).toContain('no data');
  });

  it('asks the source of an anomaly that led here whether it is over', async () => {
    const signal = { key: 'leak', kind: 'anomaly' as const, target, metric: 'heap', value: 9 };
    const silent = await remediate({ signalsMs: 300 }, 'succeeded', [signal]);
    expect((await verdictOf(silent)).data).toMatchObject({ state: 'UNCERTAIN', awaits: ['leak'] });
    const ended = await remediate({ signalsMs: 60_000 }, 'succeeded', [signal]);
    await eventually(() => expect(started).toHaveLength(2), patience);
    const clearedAt = new Date(Date.now() + 1).toISOString();
    const data = {
      anomalyId: 'leak',
      ...target,
      metric: 'heap',
      startedAt: clearedAt,
      clearedAt,
      reason: 'it is over',
    };
    await bus.publish(draft(anomalyCleared, { service: 'shop', data: { ...data, end: 'back_to_normal' } }));
    expect((await verdictOf(ended)).data.state).toBe('SUCCESS');
  });

  it('verifies no remediation that did not run', async () => {
    await remediate({}, 'failed');
    await remediate({}, 'dry_run');
    await remediate({}, 'refused');
    const executionId = await remediate({});
    await verdictOf(executionId);
    expect(started.map(({ data }) => data.executionId)).toEqual([executionId]);
  });

  it.each(['kill', 'stop'] as const)('gives exactly one verdict after a %s in the middle', async (how) => {
    const executionId = await remediate({ healthChecksMs: 2_000 });
    await eventually(() => expect(started).toHaveLength(1), patience);
    await verifier?.[how]();
    expect(completed).toHaveLength(0);
    await startVerifier();
    expect((await verdictOf(executionId)).data.state).toBe('SUCCESS');
    expect(started).toHaveLength(1);
    expect(completed).toHaveLength(1);
  });

  it('keeps its verdict when the event is redelivered long after', async () => {
    const first = await remediate({});
    await verdictOf(first);
    await verifier?.kill();
    // A consumer without any acks gets every event again, as after a server that lost its acks.
    let verifications = 0;
    const routes = verifierRoutes({
      checks: { of: () => [], run: async () => [] },
      history: openRecentHistory(bus),
      tailTelemetry: (from, onBatches) => new TelemetryTails(bus).tail(from, onBatches),
      followAnomalies: (service, from, onWord) => followAnomalies(bus, service, from, onWord),
      metrics: { checked() {}, began: () => void (verifications += 1), ended() {} },
      logger: silentLogger,
      runtime: systemRuntime,
    });
    const again = await bus.consume({
      consumer: 'verifier-again',
      event: remediationCompleted,
      handle: async (event, context) => (await routes['remediation.completed'](event, context)) ?? [],
    });
    const second = await remediate({});
    await verdictOf(second);
    await again.stop();
    expect(verifications).toBe(1);
    expect(completed.map(({ data }) => data.executionId)).toEqual([first, second]);
  });

  it('serves its metrics', async () => {
    await verdictOf(await remediate({}));
    const line = (await verifier?.waitForLine('"msg":"listening"')) ?? '';
    const { port } = JSON.parse(line) as { port: number };
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/cortex_verification_total\{[^}]*state="SUCCESS"[^}]*\} 1/);
    expect(text).toMatch(/cortex_checks_total\{[^}]*result="pass"[^}]*\} [1-9]/);
  });
});
