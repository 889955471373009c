import type { CheckOutcome, CheckTier, HealthState } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resumeHealth, unknownHealth } from './memory.ts';
import { stepHealth } from './step-health.ts';
import { isWorthSaving } from './worth-saving.ts';

type Kind = 'pass' | 'fail' | 'error';
interface Given {
  readonly tiers: readonly CheckTier[];
  readonly recoverAfter: number;
  readonly results: readonly { readonly check: number; readonly kind: Kind }[];
}

const target = { service: 'shop', instance: 'shop-1' };

const given: fc.Arbitrary<Given> = fc.record({
  tiers: fc.array(fc.constantFrom<CheckTier>('shallow', 'shallow', 'shallow', 'deep', 'comprehensive'), {
    minLength: 1,
    maxLength: 6,
  }),
  recoverAfter: fc.integer({ min: 1, max: 4 }),
  results: fc.array(
    fc.record({ check: fc.nat(5), kind: fc.constantFrom<Kind>('pass', 'pass', 'fail', 'fail', 'error') }),
    { maxLength: 60 },
  ),
});

function at(index: number): string {
  return new Date(index * 1_000).toISOString();
}

function outcome(check: number, tier: CheckTier, kind: Kind, index: number): CheckOutcome {
  return {
    check: `check-${check}`,
    type: 'tcp_port',
    tier,
    target,
    result: kind,
    attempts: 1,
    durationMs: 0,
    detail: kind,
    evidence: {},
    observedAt: at(index),
  };
}

/** A second definition of a check's state, over its whole history. */
function isFailing(history: readonly Kind[], recoverAfter: number): boolean {
  const lastFailure = history.lastIndexOf('fail');
  if (lastFailure < 0) return false;
  let run = 0;
  for (const kind of history.slice(lastFailure + 1)) {
    run = kind === 'pass' ? run + 1 : 0;
    if (run === recoverAfter) return false;
  }
  return true;
}

function isPersistent(history: readonly Kind[], recoverAfter: number): boolean {
  // Only the episode since the last recovery counts.
  for (let start = 0; start < history.length; start += 1) {
    const known = history.slice(start);
    if (start > 0 && isFailing(history.slice(0, start), recoverAfter)) continue;
    const stillFailing = known.every((_kind, index) => {
      const prefix = history.slice(0, start + index + 1);
      return isFailing(prefix, recoverAfter) || !prefix.slice(start).includes('fail');
    });
    if (!stillFailing) continue;
    return known
      .filter((kind) => kind !== 'error')
      .join(' ')
      .includes('fail fail fail');
  }
  return false;
}

function isKnown(history: readonly Kind[]): boolean {
  const lastSpoken = history.findLastIndex((kind) => kind !== 'error');
  return lastSpoken >= 0 && history.length - 1 - lastSpoken < 3;
}

function expectedState({ tiers, recoverAfter }: Given, histories: readonly (readonly Kind[])[]): HealthState {
  const failing = (tier: CheckTier) =>
    tiers.filter((t, i) => t === tier && isFailing(histories[i] ?? [], recoverAfter)).length;
  const shallow = tiers.filter((tier) => tier === 'shallow').length;
  const persistent = tiers.some(
    (tier, i) =>
      tier === 'shallow' &&
      isFailing(histories[i] ?? [], recoverAfter) &&
      isPersistent(histories[i] ?? [], recoverAfter),
  );
  if (failing('comprehensive') > 0) return 'CRITICAL';
  if (failing('deep') > 0 || failing('shallow') >= 3 || persistent) return 'UNHEALTHY';
  if (shallow >= 2 && failing('shallow') === shallow) return 'UNHEALTHY';
  if (failing('shallow') > 0) return 'DEGRADED';
  return tiers.every((_tier, i) => isKnown(histories[i] ?? [])) ? 'HEALTHY' : 'UNKNOWN';
}

/** Trouble that goes on is told again only by a check that fails. */
function isTold(state: HealthState, spoken: readonly HealthState[] | undefined, history: readonly Kind[]): boolean {
  if (spoken === undefined || state === 'HEALTHY' || state === 'UNKNOWN') return false;
  return history.at(-1) === 'fail';
}

describe('stepHealth, over any history', () => {
  it('is in the state that the definition gives, announces every change once and survives storage', () => {
    fc.assert(
      fc.property(given, (world) => {
        const { tiers, recoverAfter, results } = world;
        const settings = {
          recoverAfter,
          flapping: { returns: 1_000, withinMs: 1_000 },
          checks: tiers.map((tier, index) => ({ name: `check-${index}`, tier })),
        };
        const histories: Kind[][] = tiers.map(() => []);
        let state = unknownHealth(target, at(0));
        let announced: HealthState = 'UNKNOWN';
        let known = { failing: '', isPending: false };
        let unanswered = new Set<string>();
        results.forEach(({ check, kind }, index) => {
          const tier = tiers[check];
          if (tier === undefined) return;
          histories[check]?.push(kind);
          const step = stepHealth(state, outcome(check, tier, kind, index), settings, at(index));
          const spoken = step.change === undefined ? undefined : [step.change.from, step.change.to];
          const { state: next } = step.state;
          expect(next).toBe(expectedState(world, histories));
          const failing = tiers
            .flatMap((_tier, place) => (isFailing(histories[place] ?? [], recoverAfter) ? [`check-${place}`] : []))
            .join();
          const isTrouble = failing !== '';
          if (isTrouble && known.failing === '') {
            unanswered = new Set(tiers.flatMap((one, i) => (one === 'comprehensive' ? [] : [`check-${i}`])));
          }
          unanswered.delete(`check-${check}`);
          const isPending = isTrouble && unanswered.size > 0;
          const isNews = next !== announced || failing !== known.failing || (known.isPending && !isPending);
          const isSpoken = isNews || isTold(next, spoken, histories[check] ?? []);
          expect(spoken).toEqual(isSpoken ? [announced, next] : undefined);
          if (isSpoken) known = { failing, isPending };
          const { change } = step.state;
          expect(change?.failing.map((one) => one.check).join() ?? '').toBe(known.failing);
          expect(new Set(step.change?.pending)).toEqual(isSpoken && isTrouble ? unanswered : new Set());
          announced = next;
          state = resumeHealth(JSON.parse(JSON.stringify(step.state)));
          expect(state).toEqual(step.state);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('comes to the same states when it continues from the last record worth saving', () => {
    fc.assert(
      fc.property(given, fc.array(fc.boolean(), { maxLength: 60 }), (world, deaths) => {
        const { recoverAfter } = world;
        // Few checks: what one of them forgets is not hidden by the others.
        const tiers = world.tiers.slice(0, 2);
        const results = world.results.map((result) => ({ ...result, check: result.check % tiers.length }));
        const settings = {
          recoverAfter,
          flapping: { returns: 1_000, withinMs: 1_000 },
          checks: tiers.map((tier, index) => ({ name: `check-${index}`, tier })),
        };
        let undisturbed = unknownHealth(target, at(0));
        let running = undisturbed;
        let saved = undisturbed;
        results.forEach(({ check, kind }, index) => {
          const tier = tiers[check];
          if (tier === undefined) return;
          const result = outcome(check, tier, kind, index);
          undisturbed = stepHealth(undisturbed, result, settings, at(index)).state;
          const step = stepHealth(running, result, settings, at(index));
          if (step.change !== undefined || isWorthSaving(running, step.state, recoverAfter)) saved = step.state;
          running = deaths[index] === true ? resumeHealth(JSON.parse(JSON.stringify(saved))) : step.state;
          expect(running.state).toBe(undisturbed.state);
        });
      }),
      { numRuns: 400 },
    );
  });
});
