import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { silenceBucket } from '@cortex/contracts';
import type { Remediation } from '@cortex/contracts';
import { eventually, startProcess, startProvisionedNats } from '@cortex/testing';
import type { BundledProgram, ProvisionedNats, TestProcess } from '@cortex/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleExecutor } from './test/bundled-executor.ts';
import { Observer } from './test/observer.ts';
import { remediationOf } from './test/remediation.ts';
import { startTestExecutor } from './test/start-executor.ts';
import { Workshop } from './test/workshop.ts';

const leaseTtlMs = 2_000;

describe('an executor that dies', () => {
  let nats: ProvisionedNats;
  let observer: Observer;
  let running: TestProcess[] = [];
  const shop = new Workshop();
  const instances: string[] = [];

  let program: BundledProgram;
  beforeAll(async () => {
    program = await bundleExecutor();
    nats = await startProvisionedNats({ leaseTtlMs });
    observer = await Observer.connect(nats.url);
  });
  afterEach(async () => {
    for (const process of running) process.signal('SIGCONT');
    await Promise.all(running.map((process) => process.kill()));
    running = [];
  });
  afterAll(async () => {
    program.remove();
    await observer.bus.drain(1_000);
    await nats.stop();
    shop.close(instances);
  });

  async function executor(failpoint?: string): Promise<TestProcess> {
    const process = startProcess([globalThis.process.execPath, program.file], {
      env: { CORTEX_NATS_URL: nats.url, ...(failpoint === undefined ? {} : { CORTEX_FAILPOINT: failpoint }) },
    });
    running.push(process);
    await process.waitForLine('ready');
    return process;
  }

  function restart(instance: string): Remediation {
    instances.push(instance);
    return remediationOf({
      targets: [{ instance, facts: shop.serverFacts(instance) }],
      steps: [{ action: 'restart_service' }],
    });
  }

  const completions = (remediation: Remediation) => observer.of('remediation.completed', remediation);
  const end = (remediation: Remediation) =>
    eventually(() => observer.completed(remediation) ?? false, { timeoutMs: 30_000 });

  it.each([
    ['after its intent', 'after_intent', { inferred: false, attempts: 2 }],
    ['between the effect and its result', 'after_effect', { inferred: true, attempts: 1 }],
    ['after the result', 'after_result', { inferred: false, attempts: 1 }],
    ['between its end and telling it', 'after_completion', { inferred: false, attempts: 1 }],
  ])('%s leaves one effect and one completion', async (_when, failpoint, step) => {
    const doomed = await executor(failpoint);
    const remediation = restart(failpoint);
    await observer.request(remediation);
    expect(await doomed.exited).toBe('SIGKILL');
    await executor();
    expect(await end(remediation)).toMatchObject({ outcome: 'succeeded', steps: [{ outcome: 'succeeded', ...step }] });
    expect(shop.starts(failpoint)).toHaveLength(1);
    await eventually(() => observer.of('remediation.step.completed', remediation).length === 1);
    expect(completions(remediation)).toHaveLength(1);
    expect(observer.of('remediation.started', remediation)).toHaveLength(1);
  });

  it('begins nothing when it comes back to a plan that has expired and is silenced meanwhile', async () => {
    const doomed = await executor('after_intent');
    const remediation = { ...restart('stale-1'), expiresAt: new Date(Date.now() + 4_000).toISOString() };
    await observer.request(remediation);
    expect(await doomed.exited).toBe('SIGKILL');
    const silences = await observer.bus.bucket(silenceBucket);
    const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 3_600_000)].map((at) => at.toISOString());
    if (startsAt === undefined || endsAt === undefined) throw new RangeError('no times');
    const id = '0123456789ab';
    await silences.put(id, { id, service: 'shop', startsAt, endsAt, by: 'ada', reason: 'mine', createdAt: startsAt });
    await eventually(() => Date.now() > Date.parse(remediation.expiresAt) + leaseTtlMs, { timeoutMs: 20_000 });
    await executor();
    expect(await end(remediation)).toMatchObject({ outcome: 'refused', refusedBy: 'expired', steps: [] });
    expect(observer.of('remediation.started', remediation)).toEqual([]);
    await silences.delete(id);
    expect(shop.starts('stale-1')).toEqual([]);
  });

  it.each([
    ['silenced', 'silence'],
    ['stopped by the kill switch', 'kill_switch'],
  ])('begins nothing when it comes back to what is %s meanwhile', async (_what, refusedBy) => {
    const doomed = await executor('after_intent');
    const remediation = restart(`meanwhile-${refusedBy}`);
    await observer.request(remediation);
    expect(await doomed.exited).toBe('SIGKILL');
    const silences = await observer.bus.bucket(silenceBucket);
    const [at, endsAt] = [new Date().toISOString(), new Date(Date.now() + 3_600_000).toISOString()];
    const silence = {
      id: 'ba9876543210',
      service: 'shop',
      startsAt: at,
      endsAt,
      by: 'ada',
      reason: 'x',
      createdAt: at,
    };
    if (refusedBy === 'silence') await silences.put(silence.id, silence);
    else await observer.setKillSwitch(true);
    await executor();
    expect(await end(remediation)).toMatchObject({ outcome: 'refused', refusedBy, steps: [] });
    await silences.delete(silence.id);
    await observer.setKillSwitch(false);
    expect(shop.starts(`meanwhile-${refusedBy}`)).toEqual([]);
  });

  it('repeats nothing that may have been done, once its plan has expired', async () => {
    const doomed = await executor('after_intent');
    const step = shop.appendStep('repeat', 'x', { onAmbiguous: 'retry' });
    const remediation = remediationOf({ targets: [{ instance: 'repeat-1' }], steps: [step], expiresInMs: 3_000 });
    await observer.request(remediation);
    await doomed.exited;
    await eventually(() => Date.now() > Date.parse(remediation.expiresAt) + leaseTtlMs, { timeoutMs: 20_000 });
    await executor();
    const ended = await end(remediation);
    expect(ended).toMatchObject({ outcome: 'ambiguous', steps: [] });
    expect(ended.reason).toMatch(/^expired: not begun by/);
    expect(shop.lines('repeat')).toEqual([]);
  });

  it('is not repeated where its effect cannot be determined', async () => {
    const doomed = await executor('after_effect');
    const step = shop.appendStep('unknown', 'x', { onAmbiguous: 'escalate' });
    const remediation = remediationOf({ targets: [{ instance: 'unknown-1' }], steps: [step] });
    await observer.request(remediation);
    await doomed.exited;
    await executor();
    expect(await end(remediation)).toMatchObject({ outcome: 'ambiguous', steps: [{ outcome: 'ambiguous' }] });
    expect(shop.lines('unknown')).toEqual(['x']);
  });

  it('is taken over when it freezes for longer than its lease, and does nothing when it wakes', async () => {
    const frozen = await executor('after_intent:freeze');
    const remediation = restart('frozen-1');
    await observer.request(remediation);
    await eventually(async () => (await statusOf(frozen.pid)) === 'T', { timeoutMs: 20_000 });
    await executor();
    expect(await end(remediation)).toMatchObject({ outcome: 'succeeded' });
    frozen.signal('SIGCONT');
    await delay(leaseTtlMs);
    expect(shop.starts('frozen-1')).toHaveLength(1);
    expect(completions(remediation)).toHaveLength(1);
  });

  it('is told to stop ends the running step and leaves the next one to another executor', async () => {
    const leaving = await startTestExecutor({ natsUrl: nats.url, name: 'leaving' });
    const remediation = remediationOf({
      targets: [{ instance: 'drain-1' }],
      steps: [shop.appendStep('drain', '1', { delayMs: 1_000 }), shop.appendStep('drain', '2')],
    });
    await observer.request(remediation);
    await eventually(() => shop.lines('drain').length === 1);
    await leaving.stop();
    expect(shop.lines('drain')).toEqual(['1']);
    expect(observer.completed(remediation)).toBeUndefined();
    const staying = await startTestExecutor({ natsUrl: nats.url, name: 'staying' });
    try {
      const steps = [{ attempts: 1, inferred: false }, { attempts: 1 }];
      expect(await end(remediation)).toMatchObject({ outcome: 'succeeded', steps });
      expect(shop.lines('drain')).toEqual(['1', '2']);
    } finally {
      await staying.stop();
    }
  });

  it('in the middle of a rollback leaves each undo done once', async () => {
    const remediation = remediationOf({
      targets: [{ instance: 'undo-1' }],
      steps: [shop.appendStep('undo', '1', { undo: true })],
    });
    const first = await executor();
    await observer.request(remediation);
    await end(remediation);
    await first.kill();
    const doomed = await executor('after_result');
    await observer.requestRollback(remediation);
    await doomed.exited;
    await executor();
    const rolledBack = await eventually(() => observer.rolledBack(remediation) ?? false, { timeoutMs: 30_000 });
    expect(rolledBack).toMatchObject({ outcome: 'succeeded' });
    expect(shop.lines('undo')).toEqual(['1', 'undo 1']);
  });
});

/** The state letter of a process: T is stopped. */
async function statusOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
}
