import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from './test/simulate.ts';
import type { Seen, World } from './test/simulate.ts';

/** A value per ten seconds, so that an arbitrary list becomes an arbitrary course of events. */
function course<Value>(values: readonly Value[]): (second: number) => Value | undefined {
  return (second) => (second <= 0 ? values[0] : values[Math.min(values.length - 1, 1 + Math.floor(second / 10))]);
}

const seen = fc.constantFrom<Seen>(true, true, true, false, 'timeout', 'error');
const value = fc.option(fc.constantFrom(50, 60, 80, 90, 99), { nil: undefined, freq: 4 });
const world: fc.Arbitrary<
  World & { readonly seen: readonly (readonly Seen[])[]; readonly values: readonly unknown[] }
> = fc
  .record({
    checks: fc.array(fc.array(seen, { minLength: 2, maxLength: 12 }), { maxLength: 3 }),
    values: fc.option(fc.array(value, { minLength: 2, maxLength: 12 }), { nil: undefined }),
    healthChecksMs: fc.constantFrom(0, 3_000, 30_000, 120_000),
    retries: fc.nat(4),
    trend: fc.boolean(),
  })
  .map(({ checks, values, healthChecksMs, retries, trend }) => ({
    plan: {
      conditions: values === undefined ? [] : ['usage < 75'],
      healthChecksMs,
      retries,
      ...(trend ? { shortTerm: { metrics: ['usage'], durationMs: 20_000, intervalMs: 1_000 } } : {}),
    },
    checks: Object.fromEntries(checks.map((list, index) => [`check-${index}`, course(list)])),
    metrics: values === undefined ? {} : { usage: course(values) },
    seen: checks,
    values: values ?? [],
  }));

describe('any verification', () => {
  it('ends, in bounded time, and says SUCCESS only if every finding passes', () => {
    fc.assert(
      fc.property(world, (given) => {
        const verdict = simulate(given);
        expect(verdict.endedAtSecond).toBeLessThan(30 + 3 * 120 + 60);
        const allPass = verdict.findings.length > 0 && verdict.findings.every((finding) => finding.verdict === 'pass');
        expect(verdict.state === 'SUCCESS').toBe(allPass && !verdict.reason.startsWith('conflicting'));
        const isProved =
          verdict.recoveredAt !== undefined && Date.parse(verdict.recoveredAt) > Date.parse('2026-01-01');
        expect(isProved).toBe(verdict.state === 'SUCCESS');
      }),
      { numRuns: 300 },
    );
  });

  it('is never a SUCCESS while a check or a required metric says nothing', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (given, silenceMetric) => {
        const silent: World = silenceMetric
          ? { ...given, plan: { ...given.plan, conditions: ['silent_metric < 75'] } }
          : { ...given, checks: { ...given.checks, silent: (second: number) => (second < 0 ? false : 'error') } };
        expect(simulate(silent).state).not.toBe('SUCCESS');
      }),
      { numRuns: 200 },
    );
  });

  it('is never a SUCCESS while something fails, times out or cannot be made all the time', () => {
    fc.assert(
      fc.property(world, fc.constantFrom<Seen>(false, 'timeout', 'error'), (given, said) => {
        const failing: World = { ...given, checks: { ...given.checks, dead: () => said } };
        expect(['FAILED', 'PARTIAL_SUCCESS', 'UNCERTAIN']).toContain(simulate(failing).state);
      }),
      { numRuns: 200 },
    );
  });
});
