import type { CheckOutcome, HealthChange, HealthSettings, HealthState } from '@cortex/contracts';
import { stepFlapping } from './flapping.ts';
import type { CheckMemory, ExpectedCheck, TargetHealth } from './memory.ts';
import { stepCheck } from './step-check.ts';
import { judgeState } from './target-state.ts';

export interface StepHealthSettings extends HealthSettings {
  /** Every check of the target. Results and memories of other checks are dropped. */
  readonly checks: readonly ExpectedCheck[];
  /** Services that the target depends on and that are down now, the nearest first. Default: none. */
  readonly dependenciesDown?: readonly string[];
}

export interface HealthStep {
  readonly state: TargetHealth;
  /**
   * Present when the state changed, flapping began or ended, other checks of a target in trouble fail, all of its checks have
   * answered, or other dependencies of it are down.
   */
  readonly change?: HealthChange;
}

/** Applies one result of one check to the health of its target. */
export function stepHealth(
  before: TargetHealth,
  outcome: CheckOutcome,
  settings: StepHealthSettings,
  now: string,
): HealthStep {
  const checks = keepExpected(before.memory.checks, settings.checks);
  if (settings.checks.some(({ name }) => name === outcome.check)) {
    checks[outcome.check] = stepCheck(checks[outcome.check], outcome, settings.recoverAfter);
  }

  const { state, reason } = judgeState(settings.checks, checks);
  const changed = state !== before.state;
  const { flapping, recentChanges } = stepFlapping(
    { flapping: before.flapping, recentChanges: before.memory.recentChanges },
    // Leaving or entering UNKNOWN is not flapping.
    changed && before.state !== 'UNKNOWN' && state !== 'UNKNOWN',
    settings.flapping,
    Date.parse(now),
  );
  const since = changed ? (checks[outcome.check]?.streakSince ?? now) : before.since;
  const troubleSince = isTrouble(state) ? (before.memory.troubleSince ?? since) : undefined;
  const memory = {
    checks,
    recentChanges,
    changeCount: before.memory.changeCount,
    ...(troubleSince === undefined ? {} : { troubleSince }),
  };
  const dependenciesDown = isTrouble(state) ? (settings.dependenciesDown ?? []).slice(0, maxDependencies) : [];
  const isNewlyBlocked = dependenciesDown.join() !== (before.change?.dependenciesDown ?? []).join();
  const failing = failingChecks(checks, settings.checks);
  const pending = troubleSince === undefined ? [] : pendingChecks(checks, settings.checks, troubleSince);
  const isSeenOtherwise = namesOf(failing) !== namesOf(before.change?.failing ?? []);
  const isComplete = pending.length === 0 && (before.change?.pending ?? []).length > 0;
  if (!changed && flapping === before.flapping && !isNewlyBlocked && !isSeenOtherwise && !isComplete) {
    return { state: { ...before, memory } };
  }

  const change: HealthChange = {
    target: before.target,
    from: before.state,
    to: state,
    since,
    failing,
    flapping,
    dependenciesDown,
    pending,
    sequence: memory.changeCount + 1,
    reason:
      reason +
      (dependenciesDown.length === 0 ? '' : `; it depends on ${dependenciesDown.join(', ')}, down`) +
      flappingRemark(before.flapping, flapping, settings),
  };
  return {
    state: {
      target: before.target,
      state,
      since: change.since,
      flapping,
      change,
      memory: { ...memory, changeCount: memory.changeCount + 1 },
    },
    change,
  };
}

/** A key for the event that announces the last change: the same for the same change, different for any two of a target. */
export function changeKey(state: Pick<TargetHealth, 'target' | 'memory'>): string {
  return `${state.target.service}/${state.target.instance}/${state.memory.changeCount}`;
}

/** The most names of dependencies in one change. */
const maxDependencies = 10;

function isTrouble(state: HealthState): boolean {
  return state !== 'HEALTHY' && state !== 'UNKNOWN';
}

function keepExpected(
  memories: Readonly<Record<string, CheckMemory>>,
  checks: readonly ExpectedCheck[],
): Record<string, CheckMemory> {
  const names = new Set(checks.map(({ name }) => name));
  return Object.fromEntries(Object.entries(memories).filter(([name]) => names.has(name)));
}

function failingChecks(
  memories: Readonly<Record<string, CheckMemory>>,
  checks: readonly ExpectedCheck[],
): HealthChange['failing'] {
  return checks
    .map(({ name }) => memories[name])
    .flatMap((memory) =>
      memory?.status === 'failing' && memory.lastFailure !== undefined ? [memory.lastFailure] : [],
    );
}

function namesOf(failing: HealthChange['failing']): string {
  return failing.map(({ check }) => check).join();
}

/** A comprehensive check runs too rarely to be waited for. */
function pendingChecks(
  memories: Readonly<Record<string, CheckMemory>>,
  checks: readonly ExpectedCheck[],
  since: string,
): string[] {
  const hasAnswered = ({ name }: ExpectedCheck): boolean =>
    Date.parse(memories[name]?.lastAt ?? '') >= Date.parse(since);
  return checks.filter((check) => check.tier !== 'comprehensive' && !hasAnswered(check)).map(({ name }) => name);
}

function flappingRemark(before: boolean, after: boolean, settings: StepHealthSettings): string {
  const span = `${Math.round(settings.flapping.withinMs / 1_000)} s`;
  if (after && !before) return `; flapping: more than ${settings.flapping.changes} changes within ${span}`;
  if (before && !after) return `; no longer flapping: no change for ${span}`;
  return after ? '; flapping' : '';
}
