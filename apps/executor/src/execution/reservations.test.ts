import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { reservationBucket } from '@cortex/contracts';
import type { HealthState, Remediation, Target } from '@cortex/contracts';
import { newRecord, recordIntent, recordResult } from '@cortex/execution';
import { systemRuntime } from '@cortex/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { remediationOf } from '../test/remediation.ts';
import { Reservations } from './reservations.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const start = Date.parse('2026-01-05T10:00:00.000Z');

describe('reservations', () => {
  let nowMs = start;
  let states: Map<string, HealthState>;
  let reservations: Reservations;
  let kept: () => Promise<readonly string[]>;

  beforeEach(async () => {
    nowMs = start;
    states = new Map();
    const runtime = { ...systemRuntime, now: () => new Date(nowMs) };
    const server = new MemoryServer({ runtime });
    const bus = connectMemoryBus(server, { source: '/cortex/executor', name: 'one', logger: silent, runtime });
    const bucket = await bus.bucket(reservationBucket);
    reservations = new Reservations(bucket, { statesOf: () => states }, runtime);
    kept = async () => (await bucket.get('shop'))?.value.reservations.map(({ instance }) => instance) ?? [];
  });

  const plan = (instances: readonly string[], maxUnavailable = 1, verification: object = {}): Remediation =>
    remediationOf({
      targets: instances.map((instance) => ({ instance })),
      steps: [{ action: 'no_op' }],
      maxUnavailable,
      verification,
    });
  const target = (instance: string): Target => ({ service: 'shop', instance });
  const take = async (remediation: Remediation, instance: string, isBegun = false) =>
    (await reservations.take(remediation, target(instance), { isBegun })).ok;
  function afterAStepOn(remediation: Remediation, instance: string) {
    const at = new Date(nowMs);
    const place = { phase: 'remediation', step: 1, target: target(instance) } as const;
    const open = recordIntent(newRecord(remediation, at), { ...place, attempt: 1 }, { token: 1, before: {}, at });
    return recordResult(open, place, { name: 'x', action: 'no_op' }, { outcome: 'succeeded', detail: '', at });
  }

  it('of fifty that ask at once, no more get a place than may be out', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => take(plan([`web-${index}`], 3), `web-${index}`)),
    );
    expect(answers.filter(Boolean)).toHaveLength(3);
    expect(await kept()).toHaveLength(3);
  });

  it('what is unhealthy counts, and may itself be healed', async () => {
    states.set('web-2', 'UNHEALTHY');
    expect(await reservations.take(plan(['web-1']), target('web-1'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('web-2 of shop is under remediation, not yet seen to serve, or unhealthy'),
    });
    expect(await take(plan(['web-2']), 'web-2')).toBe(true);
  });

  it('what an execution has begun with it may finish, whatever became of the others', async () => {
    states.set('web-2', 'UNHEALTHY');
    expect(await take(plan(['web-1']), 'web-1', true)).toBe(true);
    expect(await kept()).toEqual(['web-1']);
  });

  it('after the execution what it touched is awaited, and what it did not touch is free', async () => {
    const one = plan(['web-1', 'web-2'], 2);
    await Promise.all([take(one, 'web-1'), take(one, 'web-2')]);
    await reservations.settle(afterAStepOn(one, 'web-1'), () => true);
    expect(await kept()).toEqual(['web-1']);
    expect(await take(plan(['web-3']), 'web-3')).toBe(false);
    await reservations.release(one.executionId, target('web-1'));
    expect(await take(plan(['web-3']), 'web-3')).toBe(true);
  });

  it('what never serves again counts until verification must have ended', async () => {
    const verification = {
      waitMs: 0,
      retries: 1,
      immediateTimeoutMs: 10_000,
      healthChecksMs: 40_000,
      signalsMs: 30_000,
    };
    const one = plan(['web-1'], 1, verification);
    await take(one, 'web-1');
    await reservations.settle(afterAStepOn(one, 'web-1'), () => true);
    nowMs = start + 2 * 10_000 + 60_000 + 40_000 + 30_000 - 1;
    expect(await take(plan(['web-2']), 'web-2')).toBe(false);
    nowMs += 1;
    expect(await take(plan(['web-2']), 'web-2')).toBe(true);
  });

  it('what no check looks at counts for as long as its playbook waits', async () => {
    const one = plan(['web-1'], 1, { waitMs: 5_000 });
    await take(one, 'web-1');
    await reservations.settle(afterAStepOn(one, 'web-1'), () => false);
    nowMs = start + 4_999;
    expect(await take(plan(['web-2']), 'web-2')).toBe(false);
    nowMs += 1;
    expect(await take(plan(['web-2']), 'web-2')).toBe(true);
  });

  it('what one execution did is awaited further when another ends without having touched it', async () => {
    const [one, other] = [plan(['web-1']), plan(['web-1'])];
    await take(one, 'web-1');
    await reservations.settle(afterAStepOn(one, 'web-1'), () => true);
    nowMs += 1_000;
    await take(other, 'web-1');
    await reservations.settle(newRecord(other, new Date(nowMs)), () => true);
    expect(await kept()).toEqual(['web-1']);
    expect(await take(plan(['web-2']), 'web-2')).toBe(false);
  });

  it('two executions on one instance: one wait is left, as long as the longer', async () => {
    const verification = (healthChecksMs: number) => ({ waitMs: 0, retries: 0, healthChecksMs, signalsMs: 0 });
    const [one, other] = [plan(['web-1'], 1, verification(600_000)), plan(['web-1'], 1, verification(1_000))];
    await take(one, 'web-1');
    await reservations.settle(afterAStepOn(one, 'web-1'), () => true);
    await take(other, 'web-1');
    await reservations.settle(afterAStepOn(other, 'web-1'), () => true);
    expect(await kept()).toEqual(['web-1']);
    nowMs += 599_000;
    expect(await take(plan(['web-2']), 'web-2')).toBe(false);
    await reservations.release(other.executionId, target('web-1'));
    expect(await take(plan(['web-2']), 'web-2')).toBe(true);
  });

  it('the end of an execution, answered once more, leaves the place that its rollback has taken since', async () => {
    const one = plan(['web-1']);
    await take(one, 'web-1');
    const ended = { ...afterAStepOn(one, 'web-1'), completedAt: new Date(nowMs).toISOString() };
    await reservations.settle(ended, () => true);
    nowMs += 1_000;
    await take(one, 'web-1', true);
    await reservations.settle(ended, () => true);
    const at = new Date(nowMs).toISOString();
    const awaited = { instance: 'web-1', executionId: one.executionId, at, awaitedSince: at, until: at };
    expect(await reservations.isAwaited('shop', awaited)).toBe(false);
    expect(await kept()).toEqual(['web-1']);
  });

  it('a look from before a rollback does not free what the rollback has', async () => {
    const one = plan(['web-1']);
    await take(one, 'web-1');
    await reservations.settle(afterAStepOn(one, 'web-1'), () => true);
    const until = new Date(start).toISOString();
    const awaited = { instance: 'web-1', executionId: one.executionId, at: until, awaitedSince: until, until };
    expect(await reservations.isAwaited('shop', awaited)).toBe(true);
    await take(one, 'web-1', true);
    expect(await reservations.isAwaited('shop', awaited)).toBe(false);
    await reservations.free('shop', awaited);
    expect(await kept()).toEqual(['web-1']);
  });
});
