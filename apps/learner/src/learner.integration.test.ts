import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import {
  Incident,
  Playbook,
  draft,
  incidentHistoryBucket,
  incidentResolved,
  playbookPerformanceBucket,
  playbookUpdated,
  recommendationIssued,
  remediationCompleted,
  verificationCompleted,
} from '@cortex/contracts';
import type { EventData, PlaybookPerformance } from '@cortex/contracts';
import { bundleApp, eventually, silentLogger, startApp, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import type { ProvisionedNats, TestProcess } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const app = join(import.meta.dirname, '..');
const folder = temporaryFolder();
const target = { service: 'shop', instance: 'shop-1' };
const at = (ms: number): string => new Date(Date.parse('2026-03-01T00:00:00.000Z') + ms).toISOString();
let nats: ProvisionedNats;
let bus: Bus;
let learner: TestProcess;

const playbook = Playbook.parse({
  id: 'restart it: hard',
  name: 'restart',
  version: '1.0.0',
  category: 'application',
  severity: 'high',
  trigger: { condition: 'x > 1' },
  steps: [{ step: 1, name: 'restart', action: 'restart_service', params: {}, timeoutMs: 1_000 }],
  verification: {},
  rollback: { available: false },
  escalation: {},
  safety: {},
});

beforeAll(async () => {
  await bundleApp(app);
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/executor', name: 'test', logger: silentLogger });
  writeFileSync(
    join(folder.path, 'cortex.yaml'),
    'version: 1\nenvironment: test\nservices:\n  - { name: shop, users: 120, instances: [{ id: shop-1 }] }\n',
  );
  learner = start();
});
afterAll(async () => {
  await learner.kill();
  await bus.drain(2_000);
  await nats.stop();
  folder.remove();
});

function start(): TestProcess {
  return startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_LOG_LEVEL: 'warn' } });
}

async function execute(number: number, state: EventData<'verification.completed'>['state']): Promise<void> {
  const execution = { executionId: `x${number}`, incidentId: randomUUID(), targets: [target] };
  await bus.publish(
    draft(remediationCompleted, {
      service: 'shop',
      data: {
        ...execution,
        playbook,
        outcome: 'succeeded',
        reason: '',
        steps: [
          {
            step: 1,
            name: 'restart',
            action: 'restart_service',
            target,
            outcome: 'succeeded',
            attempts: 1,
            startedAt: at(number * 1_000),
            durationMs: 10,
            detail: '',
          },
        ],
        startedAt: at(number * 1_000),
        completedAt: at(number * 1_000 + 10),
        durationMs: 10,
      },
    }),
  );
  await bus.publish(
    draft(verificationCompleted, {
      service: 'shop',
      data: {
        ...execution,
        playbookId: playbook.id,
        state,
        reason: '',
        recommendation: 'close',
        findings: [],
        completedAt: at(number * 1_000 + 500),
        durationMs: 490,
      },
    }),
  );
}

async function performance(): Promise<PlaybookPerformance | undefined> {
  const bucket = await bus.bucket(playbookPerformanceBucket);
  return (await bucket.entries())[0]?.value;
}

it('counts every execution once although it is killed again and again', async () => {
  const updates: PlaybookPerformance[] = [];
  await bus.read({ event: playbookUpdated, from: 'all', handle: ({ data }) => void updates.push(data.performance) });
  const executions = 60;
  const publishing = (async () => {
    for (let number = 1; number <= executions; number += 1) {
      await execute(number, number % 4 === 0 ? 'FAILED' : 'SUCCESS');
    }
  })();
  for (const executed of [5, 25, 45]) {
    await eventually(async () => expect((await performance())?.totalExecutions).toBeGreaterThanOrEqual(executed), {
      timeoutMs: 30_000,
    });
    await learner.kill();
    learner = start();
  }
  await publishing;
  await eventually(
    async () => {
      expect(await performance()).toMatchObject({
        totalExecutions: executions,
        effective: 45,
        ineffective: 15,
        successRate: 0.75,
        avgExecutionTimeMs: 10,
        stepPerformance: { 1: { executions, successes: executions } },
      });
    },
    { timeoutMs: 30_000 },
  );
  await eventually(() => expect(updates.length).toBeGreaterThanOrEqual(2 * executions), { timeoutMs: 20_000 });
});

it('keeps the incident record and says what the incident teaches', async () => {
  const issues: string[] = [];
  await bus.read({ event: recommendationIssued, from: 'all', handle: ({ data }) => void issues.push(data.issue) });
  const id = randomUUID();
  const incident = Incident.parse({
    id,
    service: 'shop',
    title: 'shop is slow',
    status: 'resolved',
    severity: 'SEV1',
    initialSeverity: 'SEV1',
    cause: 'application',
    blastRadius: {
      level: 'single_instance',
      instances: 1,
      services: 1,
      hosts: 1,
      clusters: 0,
      regions: 0,
      riskScore: 1,
    },
    environment: 'test',
    startedAt: at(0),
    detectedAt: at(1_000),
    openedAt: at(1_000),
    updatedAt: at(9_000),
    signals: [],
    affected: { services: ['shop'], instances: ['shop-1'], hosts: [] },
    attempts: [],
    decisions: [],
    escalations: [],
    resolution: {
      method: 'cleared',
      at: at(9_000),
      recoveredAt: at(8_000),
      timeToResolutionMs: 7_000,
      verificationPassed: false,
      reason: 'cleared',
    },
  });
  await bus.publish(draft(incidentResolved, { service: 'shop', incidentId: id, data: { incident } }));
  const bucket = await bus.bucket(incidentHistoryBucket);
  await eventually(async () =>
    expect((await bucket.get(id))?.value).toMatchObject({
      incident_id: id,
      remediation: null,
      impact: { users_affected: 120, duration: 8_000 },
      resolution: { resolution_method: 'cleared', time_to_resolution: 7_000 },
    }),
  );
  await eventually(() => expect(issues.some((issue) => issue.startsWith('post_mortem_due'))).toBe(true));
});
