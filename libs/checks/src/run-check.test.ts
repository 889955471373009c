import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CheckOutcome, Instance } from '@cortex/contracts';
import { z } from 'zod';
import { defineCheck } from './define-check.ts';
import type { CheckPlugin, CheckResult } from './define-check.ts';
import { runCheck } from './run-check.ts';
import type { RunnableCheck } from './run-check.ts';

const facts = Instance.parse({ id: 'shop-1' });
const now = () => new Date('2026-01-01T00:00:00.000Z');

function checkThat(run: CheckPlugin['run'], params: z.ZodType = z.strictObject({})): ReadonlyMap<string, CheckPlugin> {
  return new Map([['probe', defineCheck({ name: 'probe', summary: 'a probe', tier: 'shallow', params, run })]]);
}

function definition(changes: Partial<RunnableCheck> = {}): RunnableCheck {
  const target = { service: 'shop', instance: 'shop-1' };
  return { name: 'shop', type: 'probe', tier: 'shallow', target, params: {}, timeoutMs: 50, retries: 3, ...changes };
}

const options = { now, longestPauseMs: 0 };

describe('runCheck', () => {
  it('asks once when the first answer is good', async () => {
    const registry = checkThat(async () => ({ passed: true, detail: 'fine', evidence: { status: 200 } }));
    const outcome = await runCheck(definition(), facts, { ...options, registry });
    expect(CheckOutcome.parse(outcome)).toMatchObject({
      check: 'shop',
      attempts: 1,
      detail: 'fine',
      result: 'pass',
      evidence: { status: 200 },
      observedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('fails only after the first attempt and every retry have failed', async () => {
    const registry = checkThat(async () => ({ passed: false, detail: 'refused' }));
    expect(await runCheck(definition({ retries: 3 }), facts, { ...options, registry })).toMatchObject({
      attempts: 4,
      result: 'fail',
    });
  });

  it('passes when a retry passes, and says how many attempts it took', async () => {
    let asked = 0;
    const registry = checkThat(async () => ({ passed: (asked += 1) === 3, detail: `answer ${asked}` }));
    expect(await runCheck(definition(), facts, { ...options, registry })).toMatchObject({
      result: 'pass',
      attempts: 3,
      detail: 'answer 3',
    });
  });

  it('reports only the first failure, before the retries, and no error of its own', async () => {
    const told: number[] = [];
    const answers = [true, false];
    for (const passed of answers) {
      let asked = 0;
      const registry = checkThat(async () => ({ passed: passed && (asked += 1) > 0, detail: '' }));
      await runCheck(definition(), facts, { ...options, registry, onFirstFailure: () => void told.push(asked) });
    }
    expect(told).toEqual([0]);
    const broken = checkThat(() => Promise.reject(new Error('broken')));
    await runCheck(definition(), facts, { ...options, registry: broken, onFirstFailure: () => void told.push(-1) });
    expect(told).toEqual([0]);
  });

  it('leaves no listener on the signal of its caller', async () => {
    const stop = new AbortController();
    const registry = checkThat(() => new Promise<CheckResult>(() => undefined));
    const slow = definition({ timeoutMs: 5, retries: 2 });
    await runCheck(slow, facts, { ...options, registry, signal: stop.signal });
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
    const running = runCheck(definition({ timeoutMs: 60_000 }), facts, { ...options, registry, signal: stop.signal });
    stop.abort();
    expect(await running).toMatchObject({ attempts: 1, result: 'error' });
  });

  it('holds a plugin to the timeout even when it ignores its signal', async () => {
    const registry = checkThat(() => new Promise<CheckResult>(() => undefined));
    const outcome = await runCheck(definition({ timeoutMs: 200, retries: 1 }), facts, { ...options, registry });
    expect(outcome).toMatchObject({ attempts: 2, result: 'timeout' });
    expect(outcome.detail).toContain('200 ms');
  });

  it('blames itself, not the target, when this process stood still', async () => {
    const registry = checkThat(() => {
      const until = performance.now() + 200;
      while (performance.now() < until);
      return new Promise<CheckResult>(() => undefined);
    });
    const outcome = await runCheck(definition({ timeoutMs: 20, retries: 0 }), facts, { ...options, registry });
    expect(outcome).toMatchObject({ result: 'error' });
    expect(outcome.detail).toContain('too busy');
  });

  it('calls a plugin that throws an error, not a failure of the target', async () => {
    const registry = checkThat(async () => {
      throw new TypeError('cannot read x');
    });
    const outcome = await runCheck(definition({ retries: 1 }), facts, { ...options, registry });
    expect(outcome).toMatchObject({ attempts: 2, result: 'error' });
    expect(outcome.detail).toContain('cannot read x');
  });

  it.each([undefined, null, 'fine', {}, { passed: true }, { passed: 'yes', detail: 'fine' }])(
    'calls what is no answer (%j) an error of the plugin',
    async (answer) => {
      const registry = checkThat(async () => answer as unknown as CheckResult);
      expect(await runCheck(definition({ retries: 0 }), facts, { ...options, registry })).toMatchObject({
        result: 'error',
        detail: 'probe broke: it answered without `passed` (true or false) and `detail` (a text)',
      });
    },
  );

  it('does not retry wrong parameters, and names them', async () => {
    const registry = checkThat(async () => ({ passed: true, detail: '' }), z.strictObject({ port: z.number() }));
    const outcome = await runCheck(definition({ params: { port: 'eighty' } }), facts, { ...options, registry });
    expect(outcome).toMatchObject({ attempts: 1, result: 'error' });
    expect(outcome.detail).toContain('port');
  });

  it('does not retry an unknown check, and says what to do', async () => {
    const outcome = await runCheck(definition({ type: 'htpp_endpoint' }), facts, options);
    expect(outcome).toMatchObject({ attempts: 1, result: 'error' });
    expect(outcome.detail).toContain('htpp_endpoint');
  });

  it('learns nothing from a check that was stopped', async () => {
    const stop = new AbortController();
    const registry = checkThat(() => {
      stop.abort();
      return new Promise<CheckResult>(() => undefined);
    });
    const outcome = await runCheck(definition({ timeoutMs: 10_000 }), facts, {
      ...options,
      registry,
      signal: stop.signal,
    });
    expect(outcome).toMatchObject({ attempts: 1, result: 'error' });
  });

  it('makes an event that fits, whatever a plugin answers', async () => {
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    const evidences = [{ blob: 'x'.repeat(100_000) }, { when: () => 0 }, endless];
    for (const evidence of evidences) {
      const registry = checkThat(async () => ({
        passed: true,
        detail: 'd'.repeat(100_000),
        evidence: evidence as never,
      }));
      const outcome = await runCheck(definition(), facts, { ...options, registry });
      expect(CheckOutcome.safeParse(outcome).success).toBe(true);
      expect(JSON.stringify(outcome).length).toBeLessThan(10_000);
    }
  });
});
