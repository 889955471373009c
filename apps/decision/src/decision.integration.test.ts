import { type Bus, connectBus } from '@cortex/bus';
import {
  type CortexEvent,
  type EventData,
  type EventType,
  type IncidentRecord,
  type Silence,
  approvalRequested,
  breakerBucket,
  breakerChanged,
  controlBucket,
  decisionMade,
  draft,
  escalationRequested,
  escapeToken,
  eventDefinitions,
  healthBucket,
  healthChanged,
  incidentBucket,
  incidentOpened,
  incidentResolved,
  killSwitchKey,
  openIncidentBucket,
  quarantineBucket,
  remediationRequested,
  silenceBucket,
  targetKey,
} from '@cortex/contracts';
import { bundleApp, eventually, silentLogger, startApp, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import type { ProvisionedNats, TemporaryFolder, TestProcess } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const app = join(import.meta.dirname, '..');
const running: TestProcess[] = [];
let nats: ProvisionedNats;
let folder: TemporaryFolder;
let bus: Bus;
let events: CortexEvent[];

beforeAll(() => bundleApp(app));

beforeEach(async () => {
  nats = await startProvisionedNats();
  folder = temporaryFolder();
  writeConfiguration();
  bus = await connectBus({ servers: nats.url, source: '/cortex/executor', name: 'test', logger: silentLogger });
  events = [];
  for (const definition of eventDefinitions) {
    if (definition.type === 'telemetry.metrics') continue;
    await bus.read({ event: definition, from: 'all', handle: (event) => void events.push(event) });
  }
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.kill()));
  await bus.drain(1_000);
  await nats.stop();
  folder.remove();
});

function writeConfiguration(): void {
  mkdirSync(join(folder.path, 'playbooks'));
  writeFileSync(
    join(folder.path, 'playbooks', 'restart.yaml'),
    [
      'playbook_id: restart',
      'name: Restart',
      'version: 1.0.0',
      'category: application',
      'severity: high',
      'trigger: { condition: \'"process_running" in failing_check_types\' }',
      'remediation_steps:',
      '  - { step: 1, name: restart, action: restart_service, timeout: 30s, on_ambiguous: probe }',
      'verification: { wait_time: 1s, retry: 1 }',
      'rollback: { available: false, reason: a restart cannot be undone }',
      'safety: { max_retries: 5, blast_radius: single_service }',
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder.path, 'cortex.yaml'),
    [
      'version: 1',
      'environment: production',
      'playbooks: [./playbooks/*.yaml]',
      'services:',
      '  - { name: shop, instances: [{ id: shop-1 }] }',
      '  - { name: my shop, instances: [{ id: a }, { id: b }], min_healthy: 0 }',
      // More incidents of one service within a minute than its limit lets begin.
      'safety: { hold_retry: 1s, start_rate: { per_service: 20, total: 20 } }',
      '',
    ].join('\n'),
  );
}

function startDecisionProcess(environment: Record<string, string> = {}): TestProcess {
  const process = startApp(app, {
    natsUrl: nats.url,
    folder: folder.path,
    env: { CORTEX_DRAIN_MS: '3000', ...environment },
  });
  running.push(process);
  return process;
}

function all<Type extends EventType>(definition: { readonly type: Type }): CortexEvent<Type>[] {
  return events.filter((event): event is CortexEvent<Type> => event.type === definition.type);
}

/** What the health checker does: the bucket first, then the event. */
async function healthChange(instance: string, to: 'UNHEALTHY' | 'HEALTHY', service = 'shop'): Promise<CortexEvent> {
  const target = { service, instance };
  const since = new Date().toISOString();
  const failing: EventData<'health.changed'>['failing'] = [];
  if (to === 'UNHEALTHY') {
    const outcome = { check: 'alive', type: 'process_running', tier: 'shallow', target, result: 'fail' } as const;
    failing.push({ ...outcome, attempts: 3, durationMs: 1, detail: 'no such process', observedAt: since });
  }
  const change = {
    target,
    from: 'HEALTHY' as const,
    to,
    since,
    failing,
    flapping: false,
    reason: `${instance} is ${to}`,
  };
  const bucket = await bus.bucket(healthBucket);
  await bucket.put(targetKey(target), { target, state: to, since, flapping: false, memory: {} });
  return bus.publish(draft(healthChanged, { service, data: change }));
}

/** What executor and verifier answer. */
async function answer(
  request: CortexEvent<'remediation.requested'>,
  state: EventData<'verification.completed'>['state'],
): Promise<void> {
  const { executionId, incidentId, playbook } = request.data;
  const targets = request.data.targets.map(({ service, instance }) => ({ service, instance }));
  const at = new Date().toISOString();
  const fields = { service: request.subject, incidentId };
  const execution = { executionId, incidentId, targets };
  const result = {
    step: 1,
    name: 'restart',
    action: 'restart_service',
    outcome: 'succeeded',
    attempts: 1,
    startedAt: at,
    durationMs: 5,
    detail: '',
  } as const;
  const steps = targets.map((target) => ({ ...result, target }));
  await bus.publish({
    ...fields,
    type: 'remediation.completed',
    data: {
      ...execution,
      playbook,
      outcome: 'succeeded',
      reason: 'every step ran',
      steps,
      startedAt: at,
      completedAt: at,
      durationMs: 5,
    },
  });
  await bus.publish({
    ...fields,
    type: 'verification.completed',
    data: {
      ...execution,
      playbookId: playbook.id,
      state,
      reason: 'seen',
      recommendation: 'close',
      findings: [],
      ...(state === 'SUCCESS' ? { recoveredAt: at } : {}),
      completedAt: at,
      durationMs: 5,
    },
  });
}

async function records(): Promise<IncidentRecord[]> {
  return (await (await bus.bucket(incidentBucket)).entries()).map((entry) => entry.value);
}

test('a dead process is answered with its playbook, and the proved recovery ends the incident', async () => {
  const process = startDecisionProcess();
  await process.waitForLine('"msg":"ready"');
  await healthChange('shop-1', 'UNHEALTHY');
  await eventually(() => expect(all(remediationRequested)).toHaveLength(1));
  const [request] = all(remediationRequested);
  if (request === undefined) throw new Error('nothing was requested');
  expect(request.data).toMatchObject({ attempt: 1, targets: [{ instance: 'shop-1', facts: { host: 'localhost' } }] });
  await answer(request, 'SUCCESS');
  await eventually(() => expect(all(incidentResolved)).toHaveLength(1));
  const incident = all(incidentResolved)[0]?.data.incident;
  expect(incident).toMatchObject({
    service: 'shop',
    resolution: { method: 'auto_remediation', verificationPassed: true },
  });
  expect(incident?.decisions.at(-1)?.steps.map((step) => step.status)).toEqual(Array<string>(9).fill('done'));
  await eventually(async () => {
    const breaker = await (await bus.bucket(breakerBucket)).get('restart.shop');
    expect(breaker?.value.outcomes).toMatchObject([{ effective: true }]);
  });
  expect(all(incidentOpened)).toHaveLength(1);
});

test('a service with a space in its name gets its own incident', async () => {
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('a', 'UNHEALTHY', 'my shop');
  await eventually(() => expect(all(remediationRequested)).toHaveLength(1));
  expect(all(remediationRequested)[0]?.data.targets).toMatchObject([{ service: 'my shop', instance: 'a' }]);
});

test('the kill switch holds; off again, the held incident is asked at once', async () => {
  const control = await bus.bucket(controlBucket);
  const on = { on: true, by: 'ada', reason: 'drill', at: new Date().toISOString() };
  await control.put(killSwitchKey, on);
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('shop-1', 'UNHEALTHY');
  await eventually(() => expect(all(decisionMade)[0]?.data.decision).toMatchObject({ outcome: 'hold' }));
  expect(all(remediationRequested)).toEqual([]);
  const off = { ...on, on: false, at: new Date().toISOString() };
  await control.put(killSwitchKey, off);
  await bus.publish({ type: 'control.changed', service: 'cortex', data: { ...off, control: 'kill_switch' } });
  await eventually(() => expect(all(remediationRequested)).toHaveLength(1));
});

/** What the console does: the bucket first, then the event. */
async function setSilence(silence: Silence): Promise<void> {
  await (await bus.bucket(silenceBucket)).put(silence.id, silence);
  const action = silence.lifted === undefined ? ('created' as const) : ('lifted' as const);
  await bus.publish({
    type: 'control.changed',
    service: silence.service,
    data: { control: 'silence', action, silence },
  });
}

function hourOfSilence(): Silence {
  const startsAt = new Date().toISOString();
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  return {
    id: '0123456789ab',
    service: 'shop',
    startsAt,
    endsAt,
    by: 'ada',
    reason: 'moving house',
    createdAt: startsAt,
  };
}

test('a silenced incident holds, over a kill -9 too, and is healed once the silence is lifted', async () => {
  const silence = hourOfSilence();
  const first = startDecisionProcess();
  await first.waitForLine('"msg":"ready"');
  await setSilence(silence);
  await healthChange('shop-1', 'UNHEALTHY');
  await eventually(() =>
    expect(all(decisionMade)[0]?.data.decision).toMatchObject({
      outcome: 'hold',
      reason: expect.stringContaining(`by ada until ${silence.endsAt}`),
    }),
  );
  await first.kill();
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('a', 'UNHEALTHY', 'my shop');
  await eventually(() => expect(all(remediationRequested).map(({ subject }) => subject)).toEqual(['my shop']));
  await setSilence({ ...silence, lifted: { by: 'ben', at: new Date().toISOString() } });
  await eventually(() => expect(all(remediationRequested).map(({ subject }) => subject)).toContain('shop'));
  const [request] = all(remediationRequested).filter(({ subject }) => subject === 'shop');
  if (request === undefined) throw new Error('nothing was requested');
  await answer(request, 'SUCCESS');
  await eventually(() => expect(all(incidentResolved)).toHaveLength(1));
});

test('a silence that cannot be read holds everything; it ends by itself without a word', async () => {
  const foreign = await bus.bucket({ ...openIncidentBucket, name: silenceBucket.name });
  await foreign.put('0123456789ab', { incidentId: randomUUID() });
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('shop-1', 'UNHEALTHY');
  await eventually(() =>
    expect(all(decisionMade)[0]?.data.decision).toMatchObject({
      outcome: 'hold',
      reason: expect.stringMatching(/cannot be read/),
    }),
  );
  const silences = await bus.bucket(silenceBucket);
  await silences.put('0123456789ab', { ...hourOfSilence(), endsAt: new Date(Date.now() + 500).toISOString() });
  await eventually(() => expect(all(remediationRequested)).toHaveLength(1));
});

test('an incident that cannot be read costs itself alone, and its service gets another one', async () => {
  const [bad, worse] = [randomUUID(), randomUUID()];
  const foreign = await bus.bucket({ ...openIncidentBucket, name: incidentBucket.name });
  await foreign.put(bad, { incidentId: bad });
  const pointers = await bus.bucket(openIncidentBucket);
  await pointers.put('shop', { incidentId: bad });
  const strange = await bus.bucket({ ...silenceBucket, name: openIncidentBucket.name });
  await strange.put(escapeToken('my shop'), { ...hourOfSilence() });
  await foreign.put(worse, { incidentId: worse });
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('a', 'UNHEALTHY', 'my shop');
  await healthChange('shop-1', 'UNHEALTHY');
  await eventually(() =>
    expect(
      all(remediationRequested)
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(['my shop', 'shop']),
  );
  expect(all(incidentOpened).map(({ incidentid }) => incidentid)).not.toContain(bad);
  // What was there stays as it is, and is kept aside, too.
  expect((await foreign.get(bad))?.value).toEqual({ incidentId: bad });
  const quarantine = await bus.bucket(quarantineBucket);
  await eventually(async () => {
    const kept = (await quarantine.entries()).map(({ value: { bucket, key } }) => `${bucket} ${key}`);
    expect(kept.sort()).toEqual([`cortex-incidents ${bad}`, `cortex-open-incidents ${escapeToken('my shop')}`]);
  });
});

test('trouble that clears while it is held ends by itself, and its timer with it', async () => {
  const control = await bus.bucket(controlBucket);
  await control.put(killSwitchKey, { on: true, by: 'ada', reason: 'drill', at: new Date().toISOString() });
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('shop-1', 'UNHEALTHY');
  await eventually(() => expect(all(incidentOpened)).toHaveLength(1));
  await healthChange('shop-1', 'HEALTHY');
  await eventually(() =>
    expect(all(incidentResolved)[0]?.data.incident.resolution).toMatchObject({ method: 'cleared' }),
  );
});

test('what did not help three times is out of use, and humans are told', async () => {
  await startDecisionProcess().waitForLine('"msg":"ready"');
  await healthChange('shop-1', 'UNHEALTHY');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await eventually(() => expect(all(remediationRequested)).toHaveLength(attempt));
    const request = all(remediationRequested)[attempt - 1];
    if (request !== undefined) await answer(request, 'FAILED');
  }
  await eventually(() =>
    expect(all(escalationRequested).map((event) => event.data)).toContainEqual(
      // The title of the incident would say what is wrong, and not what is asked.
      expect.objectContaining({
        escalationId: expect.stringMatching(/^breaker-/),
        hasOwnTitle: true,
        details: expect.stringMatching(/from \d{4}-.*Z on: cortex reset-breaker restart --service shop/),
      }),
    ),
  );
  const breaker = await (await bus.bucket(breakerBucket)).get('restart.shop');
  expect(breaker?.value).toMatchObject({ state: 'open' });
  expect(all(breakerChanged).map(({ data }) => data)).toMatchObject([
    { playbookId: 'restart', state: 'open', outcomes: { executions: 3, ineffective: 3 } },
  ]);
  await eventually(async () => expect((await records())[0]?.incident.status).toBe('escalated'));
  expect(all(approvalRequested)).toEqual([]);
});

test('killed again and again, it loses nothing and doubles nothing', async () => {
  const incidents = 6;
  const killer = (async () => {
    for (let round = 0; round < 6; round += 1) {
      const process = startDecisionProcess();
      await process.waitForLine('"msg":"ready"', 20_000);
      const before = events.length;
      await eventually(() => expect(events.length > before || all(incidentResolved).length >= incidents).toBe(true), {
        timeoutMs: 20_000,
        intervalMs: 1,
      });
      await process.kill();
    }
    await startDecisionProcess().waitForLine('"msg":"ready"', 20_000);
  })();
  const answered = new Set<string>();
  for (let round = 1; round <= incidents; round += 1) {
    await healthChange('shop-1', 'UNHEALTHY');
    await eventually(
      async () => {
        for (const request of all(remediationRequested)) {
          if (answered.has(request.data.executionId)) continue;
          answered.add(request.data.executionId);
          await answer(request, 'SUCCESS');
        }
        expect(all(incidentResolved)).toHaveLength(round);
      },
      { timeoutMs: 40_000 },
    );
    await healthChange('shop-1', 'HEALTHY');
  }
  await killer;
  const opened = all(incidentOpened).map((event) => event.data.incident.id);
  expect(opened).toHaveLength(incidents);
  expect(new Set(opened).size).toBe(incidents);
  const executions = all(remediationRequested).map((event) => event.data.executionId);
  expect(new Set(executions).size).toBe(executions.length);
  expect(executions).toHaveLength(incidents);
  expect((await records()).map((record) => record.incident.status)).toEqual(Array<string>(incidents).fill('resolved'));
  expect(await (await bus.bucket(openIncidentBucket)).keys()).toEqual(['shop']);
}, 180_000);

test('two replicas share the work without doubling it', async () => {
  await startDecisionProcess({ CORTEX_INSTANCE: 'one' }).waitForLine('"msg":"ready"');
  await startDecisionProcess({ CORTEX_INSTANCE: 'two' }).waitForLine('"msg":"ready"');
  await Promise.all([
    healthChange('a', 'UNHEALTHY', 'my shop'),
    healthChange('shop-1', 'UNHEALTHY'),
    healthChange('b', 'UNHEALTHY', 'my shop'),
  ]);
  // Before anything is answered: what comes after the end of an incident is another one.
  await eventually(async () => {
    const signals = (await records()).flatMap(({ incident }) => incident.signals);
    expect(signals.map(({ target }) => target.instance).toSorted()).toEqual(['a', 'b', 'shop-1']);
  });
  const answered = new Set<string>();
  await eventually(
    async () => {
      for (const request of all(remediationRequested)) {
        if (answered.has(request.data.executionId)) continue;
        answered.add(request.data.executionId);
        await answer(request, 'SUCCESS');
      }
      expect(
        all(incidentResolved)
          .map((event) => event.subject)
          .toSorted(),
      ).toEqual(['my shop', 'shop']);
    },
    { timeoutMs: 30_000 },
  );
  expect(all(incidentOpened)).toHaveLength(2);
});
