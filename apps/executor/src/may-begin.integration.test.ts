import { breakerBucket, healthBucket, incidentBucket } from '@cortex/contracts';
import type { Incident, Remediation, TimeWindow } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { incidentOf } from './test/incident.ts';
import { Observer } from './test/observer.ts';
import { remediationOf } from './test/remediation.ts';
import { startTestExecutor } from './test/start-executor.ts';
import type { TestExecutor, TestExecutorOptions } from './test/start-executor.ts';
import { Workshop } from './test/workshop.ts';

const always: TimeWindow = { name: 'always', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00', timezone: 'UTC' };

describe('the executor, before the first effect of an execution', () => {
  let nats: ProvisionedNats;
  let observer: Observer;
  let executor: TestExecutor | undefined;
  const shop = new Workshop();

  beforeAll(async () => {
    nats = await startProvisionedNats();
    observer = await Observer.connect(nats.url);
  });
  afterEach(async () => {
    await executor?.stop();
    executor = undefined;
  });
  afterAll(async () => {
    await observer.bus.drain(1_000);
    await nats.stop();
    shop.close([]);
  });

  const plan = (name: string, options: Partial<Parameters<typeof remediationOf>[0]> = {}): Remediation =>
    remediationOf({ targets: [{ instance: name }], steps: [shop.appendStep(name, 'x')], ...options });

  async function endOf(remediation: Remediation, options: Partial<TestExecutorOptions> = {}) {
    executor ??= await startTestExecutor({ natsUrl: nats.url, name: 'gatekeeper', ...options });
    await observer.request(remediation);
    return eventually(() => observer.completed(remediation) ?? false, { timeoutMs: 20_000 });
  }

  async function record(remediation: Remediation, change: Partial<Incident> = {}): Promise<void> {
    const incidents = await observer.bus.bucket(incidentBucket);
    const incident = incidentOf(remediation, change);
    await incidents.put(incident.id, { incident, applied: [], memory: {} });
  }

  it.each<[string, Partial<Incident>]>([
    ['is over', { status: 'resolved' }],
    ['is with humans', { status: 'escalated' }],
    ['was taken by somebody', { acknowledgedBy: 'ada', acknowledgedAt: new Date(Date.now() + 60_000).toISOString() }],
    ['has other plans', { attempts: [] }],
  ])('refuses a plan whose incident %s', async (what, change) => {
    const remediation = plan(`superseded ${what}`.replaceAll(' ', '-'));
    await record(remediation, change);
    expect(await endOf(remediation)).toMatchObject({ outcome: 'refused', refusedBy: 'superseded', steps: [] });
    expect(shop.lines(remediation.targets[0]?.instance ?? '')).toEqual([]);
  });

  it('runs the plan that its incident waits for', async () => {
    const remediation = plan('awaited');
    await record(remediation);
    expect(await endOf(remediation)).toMatchObject({ outcome: 'succeeded' });
  });

  it.each([-3_600_000, 3_600_000])('takes a plan for what it is with a clock that is %i ms off', async (skewMs) => {
    const name = `skew-${skewMs}`;
    const valid = await endOf(plan(name), { skewMs });
    expect(valid).toMatchObject({ outcome: 'succeeded' });
    expect(Math.abs(Date.parse(valid.completedAt) - Date.now())).toBeLessThan(60_000);
    const old = plan(`${name}-old`, { requestedAt: new Date(Date.now() - 120_000) });
    expect(await endOf(old)).toMatchObject({ outcome: 'refused', refusedBy: 'expired' });
  });

  it('refuses a plan whose incident cannot be read', async () => {
    const remediation = plan('unreadable');
    const incidents = await observer.bus.bucket({ ...incidentBucket, value: breakerBucket.value });
    await incidents.put(remediation.incidentId, { playbookId: 'x', state: 'closed', outcomes: [], counted: [] });
    expect(await endOf(remediation)).toMatchObject({ outcome: 'refused', refusedBy: 'superseded' });
  });

  it('refuses a playbook whose breaker has opened', async () => {
    const breakers = await observer.bus.bucket(breakerBucket);
    const opened = {
      playbookId: 'restart-001',
      state: 'open' as const,
      outcomes: [],
      counted: [],
      reason: 'it failed',
    };
    await breakers.put('restart-001', opened);
    expect(await endOf(plan('broken'))).toMatchObject({ outcome: 'refused', refusedBy: 'circuit_breaker' });
    await breakers.delete('restart-001');
    expect(await endOf(plan('mended'))).toMatchObject({ outcome: 'succeeded' });
  });

  it('refuses a target that is frozen by flapping', async () => {
    const health = await observer.bus.bucket(healthBucket);
    const target = { service: 'shop', instance: 'frozen' };
    const since = new Date().toISOString();
    await health.put('shop.frozen', { target, state: 'UNHEALTHY', since, flapping: true, memory: {} });
    expect(await endOf(plan('frozen'))).toMatchObject({ outcome: 'refused', refusedBy: 'flapping' });
    expect(shop.lines('frozen')).toEqual([]);
  });

  it('refuses inside a freeze window', async () => {
    const windows = { freezeWindows: [always] };
    expect(await endOf(plan('freeze'), { windows })).toMatchObject({ outcome: 'refused', refusedBy: 'window' });
  });
});
