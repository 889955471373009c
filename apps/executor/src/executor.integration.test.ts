import {
  controlBucket,
  escapeToken,
  journalBucket,
  killSwitchKey,
  leaseBucket,
  openIncidentBucket,
  silenceBucket,
} from '@cortex/contracts';
import type { Remediation } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Observer } from './test/observer.ts';
import { remediationOf } from './test/remediation.ts';
import { startTestExecutor } from './test/start-executor.ts';
import type { TestExecutor } from './test/start-executor.ts';
import { Workshop } from './test/workshop.ts';

describe('the executor', () => {
  let nats: ProvisionedNats;
  let observer: Observer;
  let executor: TestExecutor;
  let second: TestExecutor;
  const shop = new Workshop();

  beforeAll(async () => {
    nats = await startProvisionedNats({ leaseTtlMs: 3_000 });
    observer = await Observer.connect(nats.url);
    const protectedTargets = [{ service: 'cortex', instance: 'nats' }];
    executor = await startTestExecutor({ natsUrl: nats.url, name: 'one', protectedTargets });
    second = await startTestExecutor({ natsUrl: nats.url, name: 'two', protectedTargets });
  });
  afterEach(() => observer.setKillSwitch(false));
  afterAll(async () => {
    await Promise.all([executor.stop(), second.stop(), observer.bus.drain(1_000)]);
    await nats.stop();
    shop.close(['web-1']);
  });

  const completed = (remediation: Remediation) =>
    eventually(() => observer.completed(remediation) ?? false, { timeoutMs: 30_000 });
  async function run(remediation: Remediation) {
    await observer.request(remediation);
    return completed(remediation);
  }
  const simple = (instance: string) => ({ targets: [{ instance }], steps: [{ action: 'no_op' }] });

  it('restarts a real process and reports each step', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'web-1', facts: shop.serverFacts('web-1') }],
      steps: [{ action: 'restart_service', params: { service_name: '${target.service}' } }],
    });
    const end = await run(remediation);
    expect(end).toMatchObject({
      outcome: 'succeeded',
      steps: [{ outcome: 'succeeded', attempts: 1, inferred: false }],
    });
    expect(shop.starts('web-1')).toHaveLength(1);
    await eventually(() => observer.of('remediation.started', remediation).length === 1);
    await eventually(() => observer.of('remediation.step.completed', remediation).length === 1);
    const journal = await observer.bus.bucket(journalBucket);
    const entry = await journal.get(escapeToken(remediation.executionId));
    expect(entry?.value).toMatchObject({
      status: 'completed',
      entries: [{ status: 'result', before: { running: false } }],
    });
    const leases = await observer.bus.bucket(leaseBucket);
    expect(await leases.keys()).toEqual([]);
  });

  it('does nothing more where the journal cannot be read, says so, and keeps no hold', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'unread' }],
      steps: [shop.appendStep('unread', 'never')],
    });
    const foreign = await observer.bus.bucket({ ...journalBucket, value: openIncidentBucket.value });
    const incidentId = remediation.incidentId;
    await foreign.put(escapeToken(remediation.executionId), { incidentId });
    const end = await run(remediation);
    expect(end).toMatchObject({ outcome: 'ambiguous', reason: expect.stringMatching(/journal .* cannot be read/) });
    expect(shop.lines('unread')).toEqual([]);
    expect((await foreign.get(escapeToken(remediation.executionId)))?.value).toEqual({ incidentId });
    const leases = await observer.bus.bucket(leaseBucket);
    await eventually(async () => expect(await leases.keys()).toEqual([]));
  });

  it('runs all steps on one target before it begins the next', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'order-a' }, { instance: 'order-b' }],
      steps: [shop.appendStep('order', '${target.instance}-1'), shop.appendStep('order', '${target.instance}-2')],
    });
    expect(await run(remediation)).toMatchObject({ outcome: 'succeeded' });
    expect(shop.lines('order')).toEqual(['order-a-1', 'order-a-2', 'order-b-1', 'order-b-2']);
  });

  it('retries a failed attempt as often as the step says, then fails', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'retry-1' }],
      steps: [{ ...shop.appendStep('retry', 'x', { status: 3 }), retries: 2 }, { action: 'no_op' }],
    });
    const end = await run(remediation);
    expect(end).toMatchObject({ outcome: 'failed', steps: [{ outcome: 'failed', attempts: 3 }] });
    expect(shop.lines('retry')).toHaveLength(3);
    expect(observer.of('remediation.step.completed', remediation)).toHaveLength(1);
  });

  it('ends a step at its timeout', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'slow-1' }],
      steps: [{ ...shop.appendStep('slow', 'x', { delayMs: 60_000 }), timeoutMs: 500 }],
    });
    const end = await run(remediation);
    expect(end).toMatchObject({ outcome: 'failed' });
    expect(end.reason).toMatch(/longer than its 500 ms/);
  });

  it.each([
    ['an unknown action', { steps: [{ action: 'nope' }] }, 'invalid_plan', /there is no action "nope"/],
    ['a wrong parameter', { steps: [{ action: 'no_op', params: { x: 1 } }] }, 'invalid_plan', /params/],
    [
      'an unknown variable',
      { steps: [{ action: 'no_op', params: { duration: '${x}' } }] },
      'invalid_plan',
      /names nothing/,
    ],
    [
      'a command without on_ambiguous',
      { steps: [{ action: 'run_command', params: { argv: ['/bin/true'] } }] },
      'invalid_plan',
      /on_ambiguous/,
    ],
    ['an unknown pre-condition', { preconditions: [{ check: 'nope' }] }, 'precondition', /no check "nope"/],
    [
      'a pre-condition that does not hold',
      { preconditions: [{ check: 'sufficient_permissions', params: { readable: '/no/such' } }] },
      'precondition',
      /not readable/,
    ],
    ['a guard that says no', { steps: [{ action: 'restart_service' }] }, 'precondition', /catalogue/],
    [
      'a request that came too late',
      { expiresInMs: 1, requestedAt: new Date(Date.now() - 5_000) },
      'expired',
      /not begun by/,
    ],
    ['a protected target', { service: 'cortex', targets: [{ instance: 'nats' }] }, 'protected', /is protected/],
  ])('refuses %s', async (_what, options, refusedBy, reason) => {
    const end = await run(remediationOf({ ...simple('refuse-1'), ...options }));
    expect(end).toMatchObject({ outcome: 'refused', refusedBy, steps: [] });
    expect(end.reason).toMatch(reason);
  });

  it('reports the recovery that was expected of a step', async () => {
    const expectedRecovery = { minPercent: 5, maxPercent: 10 };
    const end = await run(remediationOf({ ...simple('recovery-1'), steps: [{ action: 'no_op', expectedRecovery }] }));
    expect(end.steps).toMatchObject([
      { outcome: 'succeeded', detail: expect.stringMatching(/; expected to recover 5-10%, not measured$/) },
    ]);
  });

  it('does nothing while the kill switch is on, and again when it is off', async () => {
    await observer.setKillSwitch(true);
    const first = remediationOf({ targets: [{ instance: 'kill-1' }], steps: [shop.appendStep('kill', 'x')] });
    expect(await run(first)).toMatchObject({ outcome: 'refused', refusedBy: 'kill_switch' });
    expect(shop.lines('kill')).toEqual([]);
    expect(observer.of('remediation.started', first)).toEqual([]);
    await observer.setKillSwitch(false);
    const later = new Date(Date.parse(first.requestedAt) + 1);
    await observer.request({ ...first, requestedAt: later.toISOString() });
    await eventually(() => shop.lines('kill').length === 1);
    await eventually(() =>
      observer.of('remediation.completed', first).some(({ data }) => data.outcome === 'succeeded'),
    );
  });

  it('begins nothing on targets silenced since the request, and continues what had begun', async () => {
    const silences = await observer.bus.bucket(silenceBucket);
    const startsAt = new Date().toISOString();
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const person = { by: 'ada', reason: 'new disks', createdAt: startsAt };
    const running = remediationOf({
      targets: [{ instance: 'silent-1' }],
      steps: [shop.appendStep('silent', '1', { delayMs: 1_000 }), shop.appendStep('silent', '2')],
    });
    await observer.request(running);
    await eventually(() => shop.lines('silent').length === 1);
    const { service = '' } = running.targets[0] ?? {};
    await silences.put('0123456789ab', { id: '0123456789ab', service, startsAt, endsAt, ...person });
    // Either executor may take it, and each follows the silences by itself.
    await eventually(async () => {
      expect(await run(remediationOf(simple('silent-2')))).toMatchObject({
        outcome: 'refused',
        refusedBy: 'silence',
        reason: `silence 0123456789ab, by ada until ${endsAt}: new disks`,
      });
    });
    expect(await completed(running)).toMatchObject({ outcome: 'succeeded' });
    expect(shop.lines('silent')).toEqual(['1', '2']);
    await silences.delete('0123456789ab');
    await eventually(async () => {
      expect(await run(remediationOf(simple('silent-2')))).toMatchObject({ outcome: 'succeeded' });
    });
  });

  it('treats a missing or broken kill switch as on', async () => {
    const control = await observer.bus.bucket(controlBucket);
    await control.delete(killSwitchKey);
    const end = await run(remediationOf(simple('kill-2')));
    expect(end).toMatchObject({ outcome: 'refused', refusedBy: 'kill_switch' });
  });

  it('begins no further step once the kill switch went on between two steps', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'between-1' }],
      steps: [shop.appendStep('between', '1', { delayMs: 1_000 }), shop.appendStep('between', '2')],
    });
    await observer.request(remediation);
    await eventually(() => shop.lines('between').length === 1);
    await observer.setKillSwitch(true);
    const end = await completed(remediation);
    expect(end).toMatchObject({ outcome: 'stopped', steps: [{ outcome: 'succeeded' }] });
    expect(end.reason).toMatch(/^kill_switch/);
    expect(shop.lines('between')).toEqual(['1']);
  });

  it('holds a rollback while the kill switch is on, and goes on with it when it is asked again', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'held-1' }],
      steps: [shop.appendStep('held', '1', { undo: true }), shop.appendStep('held', '2', { undo: true })],
    });
    expect(await run(remediation)).toMatchObject({ outcome: 'succeeded' });
    await observer.setKillSwitch(true);
    await observer.requestRollback(remediation);
    const held = await eventually(() => observer.rolledBack(remediation) ?? false);
    expect(held).toMatchObject({ outcome: 'stopped', reason: expect.stringMatching(/^kill_switch/) });
    expect(shop.lines('held')).toEqual(['1', '2']);
    await observer.setKillSwitch(false);
    await observer.requestRollback(remediation);
    await eventually(() =>
      observer.of('remediation.rolledback', remediation).some(({ data }) => data.outcome === 'succeeded'),
    );
    expect(shop.lines('held')).toEqual(['1', '2', 'undo 2', 'undo 1']);
  });

  it('counts a step that fails under the switch as stopped, not as failed', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'cut-1' }],
      steps: [shop.appendStep('cut', '1', { delayMs: 1_000, status: 1 }), shop.appendStep('cut', '2')],
    });
    await observer.request(remediation);
    await eventually(() => shop.lines('cut').length === 1);
    await observer.setKillSwitch(true);
    expect(await completed(remediation)).toMatchObject({ outcome: 'stopped', steps: [{ outcome: 'failed' }] });
  });

  it('lets one execution at a time hold a target', async () => {
    const options = {
      targets: [{ instance: 'lock-1' }],
      steps: [shop.appendStep('lock', '${target.instance}', { delayMs: 1_500 })],
    };
    const first = remediationOf(options);
    await observer.request(first);
    await eventually(() => shop.lines('lock').length === 1);
    expect(await run(remediationOf(options))).toMatchObject({ outcome: 'refused', refusedBy: 'target_lock' });
    expect(await completed(first)).toMatchObject({ outcome: 'succeeded' });
    expect(shop.lines('lock')).toHaveLength(1);
  });

  it('keeps to the budget of the service across all executions', async () => {
    const of = (instance: string) =>
      remediationOf({
        service: 'budgeted',
        maxUnavailable: 2,
        targets: [{ instance }],
        steps: [shop.appendStep('budget', instance, { delayMs: 1_500 })],
      });
    const all = ['b-1', 'b-2', 'b-3', 'b-4'].map(of);
    await Promise.all(all.map((remediation) => observer.request(remediation)));
    const ends = await Promise.all(all.map(completed));
    expect(ends.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(2);
    expect(ends.filter(({ refusedBy }) => refusedBy === 'budget')).toHaveLength(2);
    expect(shop.lines('budget')).toHaveLength(2);
    expect(await run(of('b-5'))).toMatchObject({ outcome: 'succeeded' });
  });

  it('acts once on a request that came twice', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'twice-1' }],
      steps: [shop.appendStep('twice', 'x', { delayMs: 300 })],
    });
    await Promise.all([observer.request(remediation), observer.request(remediation), observer.request(remediation)]);
    await eventually(() => observer.of('remediation.completed', remediation).length === 3, { timeoutMs: 30_000 });
    const ends = observer.of('remediation.completed', remediation).map(({ data }) => JSON.stringify(data));
    expect(new Set(ends).size).toBe(1);
    expect(shop.lines('twice')).toEqual(['x']);
  });

  it('changes nothing in a dry run', async () => {
    const remediation = remediationOf({
      dryRun: true,
      targets: [{ instance: 'dry-1' }],
      steps: [shop.appendStep('dry', 'x')],
    });
    expect(await run(remediation)).toMatchObject({ outcome: 'dry_run', steps: [{ outcome: 'dry_run' }] });
    expect(shop.lines('dry')).toEqual([]);
    const failing = remediationOf({
      dryRun: true,
      targets: [{ instance: 'dry-1' }],
      steps: [{ action: 'restart_service' }],
    });
    expect(await run(failing)).toMatchObject({ outcome: 'refused', refusedBy: 'dry_run_failed' });
  });

  it('undoes in reverse, once, however often it is asked', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'undo-1' }],
      steps: [
        shop.appendStep('undo', '1', { undo: true }),
        shop.appendStep('undo', '2'),
        shop.appendStep('undo', '3', { undo: true }),
      ],
    });
    expect(await run(remediation)).toMatchObject({ outcome: 'succeeded' });
    await observer.requestRollback(remediation);
    const end = await eventually(() => observer.rolledBack(remediation) ?? false);
    expect(end).toMatchObject({ outcome: 'succeeded' });
    expect(end.steps.map(({ step, outcome }) => [step, outcome])).toEqual([
      [3, 'succeeded'],
      [2, 'skipped'],
      [1, 'succeeded'],
    ]);
    await observer.requestRollback(remediation);
    await eventually(() => observer.of('remediation.rolledback', remediation).length === 2);
    expect(shop.lines('undo')).toEqual(['1', '2', '3', 'undo 3', 'undo 1']);
  });

  it('says that a rollback is not available, and why', async () => {
    const remediation = remediationOf({ ...simple('undo-2'), rollback: { available: false, reason: 'gone is gone' } });
    await run(remediation);
    await observer.requestRollback(remediation);
    const end = await eventually(() => observer.rolledBack(remediation) ?? false);
    expect(end).toMatchObject({ outcome: 'not_available', reason: 'gone is gone' });
  });

  it('never begins an execution that was rolled back before it began', async () => {
    const remediation = remediationOf({ targets: [{ instance: 'undo-3' }], steps: [shop.appendStep('late', 'x')] });
    await observer.requestRollback(remediation);
    await eventually(() => observer.rolledBack(remediation) ?? false);
    expect(await run(remediation)).toMatchObject({ outcome: 'failed' });
    expect(shop.lines('late')).toEqual([]);
  });

  it('counts what it did', async () => {
    const text = `${await executor.metrics.metrics()}${await second.metrics.metrics()}`;
    expect(text).toMatch(/cortex_actions_total\{action="run_command",outcome="succeeded"\} \d+/);
    expect(text).toMatch(/cortex_remediation_duration_seconds_count\{playbook="restart-001",outcome="succeeded"\}/);
  });
});
