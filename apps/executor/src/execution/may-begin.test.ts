import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { breakerBucket, healthBucket, incidentBucket, silenceBucket } from '@cortex/contracts';
import type { RefusedBy, Remediation, TimeWindow } from '@cortex/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { incidentOf } from '../test/incident.ts';
import { remediationOf } from '../test/remediation.ts';
import { objectionAtOnce, objectionToBegin } from './may-begin.ts';
import type { BeginParts } from './may-begin.ts';
import { SilenceReader } from './silences.ts';

const requestedAt = new Date('2026-03-02T10:00:00.000Z');
const always: TimeWindow = { name: 'always', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00', timezone: 'UTC' };
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('before the first effect of an execution', () => {
  let bus: Bus;
  let parts: BeginParts;
  let plan: Remediation;

  beforeEach(async () => {
    bus = connectMemoryBus(new MemoryServer(), { source: '/cortex/executor', name: 'executor-1', logger });
    const [silences, incidents, breakers, health] = await Promise.all([
      bus.bucket(silenceBucket),
      bus.bucket(incidentBucket),
      bus.bucket(breakerBucket),
      bus.bucket(healthBucket),
    ]);
    parts = {
      silences: await SilenceReader.open(silences),
      incidents,
      breakers,
      health,
      safety: { freezeWindows: [], maintenanceWindows: [] },
      protectedTargets: [],
      now: () => requestedAt,
    };
    plan = remediationOf({ requestedAt, targets: [{ instance: 'shop-1' }], steps: [{ action: 'no_op' }] });
    const incident = incidentOf(plan);
    await incidents.put(incident.id, { incident, applied: [], memory: {} });
    return async () => {
      await parts.silences.stop();
      await bus.drain(100);
    };
  });

  const by = async (): Promise<RefusedBy | undefined> => (await objectionToBegin(parts, plan))?.by;
  const since = requestedAt.toISOString();

  it('nothing stands against what its incident waits for', async () => {
    expect(await by()).toBeUndefined();
    expect(objectionAtOnce(parts, plan)).toBeUndefined();
  });

  it('an incident that is with humans does', async () => {
    const incident = incidentOf(plan, { status: 'escalated' });
    await parts.incidents.put(incident.id, { incident, applied: [], memory: {} });
    expect(await by()).toBe('superseded');
  });

  it('a record that cannot be read does', async () => {
    const other = await bus.bucket({ ...incidentBucket, value: breakerBucket.value });
    await other.put(plan.incidentId, { playbookId: 'x', state: 'closed', outcomes: [], counted: [] });
    expect(await by()).toBe('superseded');
  });

  it('a missing approval does', async () => {
    plan = { ...plan, approvalId: 'a1' };
    expect(await by()).toBe('approval');
  });

  it('a silence does, also one that the watch has not told of, or that cannot be read', async () => {
    const silences = await bus.bucket(silenceBucket);
    const endsAt = new Date(requestedAt.getTime() + 60_000).toISOString();
    const id = '0123456789ab';
    await parts.silences.stop();
    await silences.put(id, { id, service: 'shop', startsAt: since, endsAt, by: 'ada', reason: 'x', createdAt: since });
    expect(await by()).toBe('silence');
    const other = await bus.bucket({ ...silenceBucket, value: breakerBucket.value });
    await other.put(id, { playbookId: 'x', state: 'closed', outcomes: [], counted: [] });
    expect(await by()).toBe('silence');
  });

  it('an open breaker of its playbook on its service does, or one of an earlier version; not that of another service', async () => {
    const open = { playbookId: 'restart-001', state: 'open' as const, outcomes: [], counted: [] };
    await parts.breakers.put('restart-001.other', { ...open, service: 'other' });
    expect(await by()).toBeUndefined();
    await parts.breakers.put('restart-001.shop', { ...open, service: 'shop' });
    expect(await by()).toBe('circuit_breaker');
    await parts.breakers.delete('restart-001.shop');
    await parts.breakers.put('restart-001', open);
    expect(await by()).toBe('circuit_breaker');
  });

  it('a target that is frozen by flapping does', async () => {
    const target = { service: 'shop', instance: 'shop-1' };
    await parts.health.put('shop.shop-1', { target, state: 'UNHEALTHY', since, flapping: true, memory: {} });
    expect(await by()).toBe('flapping');
  });

  it('a freeze window does, and being outside of the maintenance that it is for', async () => {
    parts = { ...parts, safety: { freezeWindows: [always], maintenanceWindows: [] } };
    expect(await by()).toBe('window');
    parts = { ...parts, safety: { freezeWindows: [], maintenanceWindows: [] } };
    plan = {
      ...plan,
      playbook: { ...plan.playbook, safety: { ...plan.playbook.safety, maintenanceWindowOnly: true } },
    };
    expect(await by()).toBe('window');
    parts = { ...parts, safety: { freezeWindows: [], maintenanceWindows: [{ ...always, pausesChecksOf: [] }] } };
    expect(await by()).toBeUndefined();
  });

  it('its own time does, and a protected target', () => {
    const late = { ...parts, now: () => new Date(Date.parse(plan.expiresAt) + 1) };
    expect(objectionAtOnce(late, plan)?.by).toBe('expired');
    const own = { ...parts, protectedTargets: [{ service: 'shop', instance: 'shop-1' }] };
    expect(objectionAtOnce(own, plan)?.by).toBe('protected');
  });
});
