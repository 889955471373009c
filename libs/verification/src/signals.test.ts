import type { TriggeringSignal, VerificationState } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { simulate, type World } from './test/simulate.ts';

const target = { service: 'shop', instance: 'shop-1' };
const key = 'anomaly-1';
const anomaly: TriggeringSignal = { key, kind: 'anomaly', target, metric: 'disk_usage_percent', value: 99 };
const ranged: TriggeringSignal = { ...anomaly, lower: 30, upper: 60 };
const triggered: TriggeringSignal = { ...anomaly, triggers: ['clean'] };
const health: TriggeringSignal = { key: 'health:shop-1', kind: 'health', target, failingChecks: ['http'] };
const passes = { http: () => true };
const recovers = { http: (second: number) => second >= 0 };
const disk = (before: number, after: number | undefined) => ({
  disk_usage_percent: (second: number) => (second <= 0 ? before : after),
});
const said = (second: number, word: NonNullable<World['words']>[number]['word']) => ({ second, key, word });

describe('what led to a remediation must be seen gone', () => {
  it.each<[string, World, VerificationState]>([
    ['an anomaly of which nothing is heard', { checks: passes, signals: [anomaly] }, 'UNCERTAIN'],
    ['whose check of another thing recovers', { checks: recovers, signals: [anomaly] }, 'UNCERTAIN'],
    [
      'that its source ends',
      { signals: [anomaly], words: [said(30, { kind: 'cleared', end: 'back_to_normal' })] },
      'SUCCESS',
    ],
    ['that the sender of an alert ends', { signals: [anomaly], words: [said(30, { kind: 'cleared' })] }, 'SUCCESS'],
    ['that was ended before the effect', { signals: [anomaly], words: [said(-3, { kind: 'cleared' })] }, 'UNCERTAIN'],
    [
      'whose series ended',
      { signals: [anomaly], words: [said(30, { kind: 'cleared', end: 'series_ended' })] },
      'UNCERTAIN',
    ],
    [
      'whose level became usual',
      { signals: [anomaly], words: [said(30, { kind: 'cleared', end: 'level_accepted' })] },
      'UNCERTAIN',
    ],
    ['that is said to go on', { checks: passes, signals: [anomaly], words: [said(30, { kind: 'open' })] }, 'FAILED'],
    [
      'that goes on while the target recovers',
      { checks: recovers, signals: [anomaly], words: [said(30, { kind: 'open' })] },
      'PARTIAL_SUCCESS',
    ],
    [
      'that goes on, and is over later',
      { signals: [anomaly], words: [said(30, { kind: 'open' }), said(60, { kind: 'cleared' })] },
      'SUCCESS',
    ],
    ['whose value stays', { checks: passes, signals: [ranged], metrics: disk(99, 99) }, 'FAILED'],
    ['whose value gets better', { checks: passes, signals: [ranged], metrics: disk(99, 70) }, 'PARTIAL_SUCCESS'],
    ['whose value is normal again', { checks: passes, signals: [ranged], metrics: disk(99, 50) }, 'SUCCESS'],
    ['whose value falls below what is normal', { signals: [ranged], metrics: disk(99, 10) }, 'FAILED'],
    ['whose metric falls silent', { checks: passes, signals: [ranged], metrics: disk(99, undefined) }, 'UNCERTAIN'],
    [
      'whose value looked normal when it began',
      { signals: [{ ...ranged, upper: 100 }], metrics: disk(99, 99) },
      'UNCERTAIN',
    ],
    [
      'of another series of the metric',
      { signals: [{ ...ranged, labels: { mount: '/data' } }], metrics: disk(99, 50) },
      'UNCERTAIN',
    ],
    [
      'whose trigger holds on',
      { trigger: 'disk_usage_percent > 85', signals: [triggered], metrics: disk(99, 99) },
      'FAILED',
    ],
    [
      'whose trigger holds no more',
      { trigger: 'disk_usage_percent > 85', signals: [triggered], metrics: disk(99, 74) },
      'SUCCESS',
    ],
    ['whose trigger has no data', { trigger: 'disk_usage_percent > 85', signals: [triggered] }, 'UNCERTAIN'],
    ['a failing check that passes', { checks: recovers, signals: [health] }, 'SUCCESS'],
    ['a failing check that no verifier knows', { checks: { other: recovers.http }, signals: [health] }, 'UNCERTAIN'],
    ['a failing check that is not run', { signals: [health] }, 'UNCERTAIN'],
    [
      'both, and only one is gone',
      { checks: recovers, signals: [health, ranged], metrics: disk(99, 99) },
      'PARTIAL_SUCCESS',
    ],
    ['both, and both are gone', { checks: recovers, signals: [health, ranged], metrics: disk(99, 40) }, 'SUCCESS'],
  ])('%s', (_what, world, state) => {
    expect(simulate({ ...world, plan: { signalsMs: 90_000 } }).state).toBe(state);
  });

  it('says what it found of each', () => {
    const { findings } = simulate({ checks: passes, signals: [ranged], metrics: disk(99, 50) });
    expect(findings).toContainEqual(expect.objectContaining({ phase: 'trigger', verdict: 'pass', evidence: { key } }));
  });

  it('waits for that as long as the plan says, and no longer', () => {
    const at = (seconds: number) =>
      simulate({ plan: { signalsMs: seconds * 1_000 }, checks: passes, signals: [anomaly] }).endedAtSecond;
    expect(at(60)).toBeGreaterThanOrEqual(60);
    expect(at(60)).toBeLessThan(75);
    expect(at(300)).toBeGreaterThanOrEqual(300);
  });

  it('tells that only the word of a source is missing', () => {
    expect(simulate({ checks: passes, signals: [anomaly] }).awaits).toEqual([key]);
    expect(simulate({ checks: { http: () => 'error' }, signals: [anomaly] }).awaits).toBeUndefined();
  });

  it('does not call it a relapse when the checks held', () => {
    const world = { plan: { healthChecksMs: 60_000 }, checks: recovers, signals: [ranged], metrics: disk(99, 99) };
    expect(simulate(world)).toMatchObject({ state: 'PARTIAL_SUCCESS' });
    expect(simulate(world).relapsed).toBeUndefined();
  });
});
