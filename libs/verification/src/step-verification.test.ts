import type { VerificationState } from '@cortex/contracts';
import { VerificationFinding } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { iso, simulate } from './test/simulate.ts';
import type { Seen, World } from './test/simulate.ts';

const disk = { conditions: ['disk_usage_percent < 75'] };
/** 90 before the effect, another value after it. */
const falls = (to: number | undefined) => (second: number) => (second <= 0 ? 90 : to);
const recovers = (at: number) => (second: number) => second >= at;
const http = (seen: (second: number) => Seen) => ({ http: seen });

describe('the verdict', () => {
  it.each<[string, World, VerificationState, string]>([
    [
      'a condition holds on samples after the effect',
      { plan: disk, metrics: { disk_usage_percent: falls(60) } },
      'SUCCESS',
      'close',
    ],
    ['a condition does not move', { plan: disk, metrics: { disk_usage_percent: falls(90) } }, 'FAILED', 'rollback'],
    [
      'a condition moves, but not far enough',
      { plan: disk, metrics: { disk_usage_percent: falls(80) } },
      'PARTIAL_SUCCESS',
      'continue_monitoring',
    ],
    ['a condition moves away', { plan: disk, metrics: { disk_usage_percent: falls(99) } }, 'FAILED', 'rollback'],
    [
      'the metric falls silent with the effect',
      { plan: disk, metrics: { disk_usage_percent: falls(undefined) } },
      'UNCERTAIN',
      'ask_human',
    ],
    ['the metric was never there', { plan: disk }, 'UNCERTAIN', 'ask_human'],
    ['there is nothing to verify by', { plan: { healthChecksMs: 120_000 } }, 'UNCERTAIN', 'ask_human'],
    [
      'the metric comes late, but comes',
      {
        plan: disk,
        metrics: { disk_usage_percent: (second) => (second > 0 && second < 20 ? undefined : falls(60)(second)) },
      },
      'SUCCESS',
      'close',
    ],
    [
      'a check passes from the start',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => second > 0) },
      'SUCCESS',
      'close',
    ],
    [
      'a check passes after a while, within the looks',
      { plan: { healthChecksMs: 60_000 }, checks: http(recovers(15)) },
      'SUCCESS',
      'close',
    ],
    [
      'a check passed no later than the last effect ended',
      { plan: { healthChecksMs: 60_000 }, checks: http(() => true), checksMadeAtSecond: 0 },
      'UNCERTAIN',
      'ask_human',
    ],
    ['a check goes on failing', { plan: { healthChecksMs: 60_000 }, checks: http(() => false) }, 'FAILED', 'rollback'],
    [
      'a check that passed fails now',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => second < 0) },
      'FAILED',
      'rollback',
    ],
    [
      'a check that passed times out now',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => (second < 0 ? true : 'timeout')) },
      'FAILED',
      'rollback',
    ],
    [
      'a check cannot be made',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => (second < 0 ? false : 'error')) },
      'UNCERTAIN',
      'ask_human',
    ],
    [
      'one check recovers, the other does not',
      { plan: { healthChecksMs: 60_000 }, checks: { a: recovers(0), b: () => false } },
      'PARTIAL_SUCCESS',
      'continue_monitoring',
    ],
    [
      'one check recovers, the other breaks',
      { plan: { healthChecksMs: 60_000 }, checks: { a: recovers(0), b: (second) => second < 0 } },
      'FAILED',
      'rollback',
    ],
    [
      'a check that was never bad passes, the bad one goes on failing',
      { plan: { healthChecksMs: 60_000 }, checks: { a: () => true, b: () => false } },
      'FAILED',
      'rollback',
    ],
    [
      'the checks pass, but a required metric is missing',
      { plan: { ...disk, healthChecksMs: 60_000 }, checks: http(recovers(0)) },
      'UNCERTAIN',
      'ask_human',
    ],
    [
      'the service is down and so sends no metrics',
      { plan: { ...disk, healthChecksMs: 60_000 }, checks: http(() => false) },
      'FAILED',
      'rollback',
    ],
    [
      'a check passes and fails in turn',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => second > 0 && Math.floor(second / 8) % 2 === 0) },
      'UNCERTAIN',
      'ask_human',
    ],
    [
      'a check that had recovered fails again',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => second > 0 && second < 30) },
      'PARTIAL_SUCCESS',
      'investigate',
    ],
    [
      'a check that passed for a moment fails again',
      { plan: { healthChecksMs: 60_000 }, checks: http((second) => second > 0 && second < 8) },
      'FAILED',
      'rollback',
    ],
    [
      'a check that passed before, too, fails after a recovery of the others',
      { plan: { healthChecksMs: 60_000 }, checks: { a: (second) => second < 30, b: (second) => second > 0 } },
      'FAILED',
      'rollback',
    ],
  ])('%s', (_case, world, state, recommendation) => {
    const verdict = simulate(world);
    expect(verdict).toMatchObject({ state, recommendation });
    for (const finding of verdict.findings) VerificationFinding.parse(finding);
    expect(verdict.recoveredAt === undefined).toBe(state !== 'SUCCESS');
  });

  it('accepts no sample from before or during the remediation as proof', () => {
    const good = (second: number) => (second <= 0 ? 60 : undefined);
    expect(simulate({ plan: disk, metrics: { disk_usage_percent: good } }).state).toBe('UNCERTAIN');
  });

  it('names the findings that have no data', () => {
    const { findings, reason } = simulate({ plan: disk });
    expect(findings).toMatchObject([{ verdict: 'no_data', detail: 'no data for disk_usage_percent' }]);
    expect(reason).toContain('disk_usage_percent');
  });
});

describe('time', () => {
  it('settles first, for as long as the playbook says', () => {
    const world: World = {
      plan: { ...disk, waitMs: 120_000 },
      metrics: { disk_usage_percent: (second) => (second < 100 ? 90 : 60) },
    };
    expect(simulate(world)).toMatchObject({ state: 'SUCCESS', endedAtSecond: 120 });
  });

  it('gives up after the retries, within the time for immediate checks', () => {
    const verdict = simulate({ plan: { healthChecksMs: 60_000, retries: 3 }, checks: http(() => false) });
    expect(verdict.checkRuns).toBe(4);
    expect(verdict.endedAtSecond).toBeCloseTo(30, 0);
    const hasty = simulate({ plan: { healthChecksMs: 60_000, retries: 0 }, checks: http(() => false) });
    expect(hasty.checkRuns).toBe(1);
  });

  it('watches the health checks for the whole time, and says that recovery began with the streak', () => {
    const verdict = simulate({ plan: { healthChecksMs: 60_000 }, checks: http(recovers(15)) });
    expect(verdict.endedAtSecond).toBeCloseTo(80, 0);
    expect(verdict.recoveredAt?.slice(0, 19)).toBe(iso(20).slice(0, 19));
  });

  it('says soon that what was well for some seconds fails again, and does not wait as if it had never come up', () => {
    const verdict = simulate({ plan: { healthChecksMs: 60_000 }, checks: http((second) => second > 0 && second < 9) });
    expect(verdict).toMatchObject({
      state: 'FAILED',
      reason: expect.stringMatching(/^it was well for no more than \d s: /),
    });
    expect(verdict.relapsed).toBeUndefined();
    expect(verdict.endedAtSecond).toBeLessThan(35);
  });

  it('says soon that trouble came back, and how long it was gone', () => {
    const crashes = (second: number) => second > 0 && second < 40;
    const verdict = simulate({ plan: { healthChecksMs: 120_000 }, checks: http(crashes) });
    expect(verdict).toMatchObject({
      relapsed: true,
      reason: expect.stringMatching(/recovered for 3\d s, then failed again/),
    });
    expect(verdict.endedAtSecond).toBeLessThan(62);
  });

  it('begins the streak again after a break', () => {
    const blip = (second: number) => second > 0 && !(second > 40 && second < 50);
    const verdict = simulate({ plan: { healthChecksMs: 60_000 }, checks: http(blip) });
    expect(verdict.state).toBe('SUCCESS');
    expect(Date.parse(verdict.recoveredAt ?? '')).toBeGreaterThanOrEqual(Date.parse(iso(50)));
    expect(verdict.endedAtSecond).toBeGreaterThan(110);
  });

  it('ends at once where nothing has to be watched', () => {
    const verdict = simulate({ plan: { healthChecksMs: 0 }, checks: http(() => true) });
    expect(verdict).toMatchObject({ state: 'SUCCESS', checkRuns: 1 });
    expect(verdict.endedAtSecond).toBeLessThan(1);
  });

  it('looks at the present when it begins late, after a crash', () => {
    const world: World = { plan: disk, metrics: { disk_usage_percent: falls(60) }, beginsAtSecond: 600 };
    expect(simulate(world)).toMatchObject({ state: 'SUCCESS' });
    const gone: World = { ...world, metrics: { disk_usage_percent: (second) => (second < 10 ? 60 : undefined) } };
    expect(simulate(gone).state).toBe('UNCERTAIN');
  });
});

describe('the short-term trend', () => {
  const shortTerm = { metrics: ['error_rate'], durationMs: 60_000, intervalMs: 10_000 };

  it('fails a service whose metric climbs back', () => {
    const climbs = (second: number) => (second <= 0 ? 8 : second / 8);
    const verdict = simulate({ plan: { shortTerm }, metrics: { error_rate: climbs } });
    expect(verdict).toMatchObject({ state: 'FAILED', worsened: true, recommendation: 'rollback' });
    expect(verdict.findings[0]).toMatchObject({ phase: 'short_term', verdict: 'fail' });
  });

  it('lets a service warm up far below its value before the remediation', () => {
    const warms = (second: number) => (second <= 0 ? 1_000 : 50 + second);
    expect(simulate({ plan: { shortTerm }, metrics: { error_rate: warms } }).state).toBe('SUCCESS');
  });

  it('passes a steady metric, and has no data without samples', () => {
    const steady = (second: number) => (second <= 0 ? 8 : 1 + (Math.floor(second) % 3) / 100);
    expect(simulate({ plan: { shortTerm }, metrics: { error_rate: steady } }).state).toBe('SUCCESS');
    expect(simulate({ plan: { shortTerm } }).state).toBe('UNCERTAIN');
  });

  it('derives the worse direction from the trigger', () => {
    const free = { metrics: ['queue_room'], durationMs: 60_000, intervalMs: 10_000 };
    const sinks = (second: number) => (second <= 0 ? 5 : 100 - second * 1.5);
    const world: World = { plan: { shortTerm: free }, metrics: { queue_room: sinks } };
    expect(simulate({ ...world, trigger: 'queue_room < 10' }).state).toBe('FAILED');
    expect(simulate({ ...world, trigger: 'queue_room > 10' }).state).toBe('SUCCESS');
  });
});
