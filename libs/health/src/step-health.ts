import { isFailure } from '@cortex/contracts';
import type { CheckOutcome, HealthChange, HealthSettings, HealthState } from '@cortex/contracts';
import { stepFlapping } from './flapping.ts';
import type { CheckMemory, ExpectedCheck, HealthMemory, TargetHealth } from './memory.ts';
import { stepCheck } from './step-check.ts';
import { judgeState } from './target-state.ts';

export interface StepHealthSettings extends HealthSettings {
  /** Every check of the target. Results and memories of other checks are dropped. */
  readonly checks: readonly ExpectedCheck[];
  /** Services that the target depends on and that are down now, the nearest first. Default: none. */
  readonly dependenciesDown?: readonly string[];
  /** When this watch of the target began: what is remembered from before does not say how it is now. Default: always. */
  readonly watchedSince?: string | undefined;
  /** When a human last lifted a freeze of the target. */
  readonly unfrozenAt?: string | undefined;
}

export interface HealthStep {
  readonly state: TargetHealth;
  /**
   * Present when the state changed, trouble came back before the target was healthy again, flapping began or ended, other
   * checks of a target in trouble fail, all of its checks have answered, other dependencies of it are down, or trouble goes on
   * for long: a verification may have found the target well between two results.
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
  const isRelapse = isTrouble(before.state) && looksWell(checks) && isFailure(outcome.result);
  if (settings.checks.some(({ name }) => name === outcome.check)) {
    checks[outcome.check] = stepCheck(checks[outcome.check], outcome, settings.recoverAfter);
  }

  const { state, reason } = judgeState(settings.checks, checks);
  const changed = state !== before.state;
  const turn = changed ? turnOf(before.state, state) : 'none';
  const hasReturned = isTrouble(state) && (isRelapse || (turn === 'worse' && before.memory.hasRecovered));
  const { flapping, recentReturns, frozenAt } = stepFlapping(
    { ...before.memory, flapping: before.flapping },
    {
      isReturn: hasReturned,
      isInTrouble: isTrouble(state),
      unfrozenAtMs: settings.unfrozenAt === undefined ? undefined : Date.parse(settings.unfrozenAt),
    },
    settings.flapping,
    Date.parse(now),
  );
  const began = changed || isRelapse ? (checks[outcome.check]?.streakSince ?? now) : before.since;
  const troubleSince = isTrouble(state) ? (before.memory.troubleSince ?? began) : undefined;
  const memory: HealthMemory = {
    checks,
    recentReturns,
    hasBeenWell: before.memory.hasBeenWell || isWellSince(settings.watchedSince ?? '', state, checks),
    hasRecovered: turn === 'none' ? before.memory.hasRecovered : turn === 'better',
    ...(frozenAt === undefined ? {} : { frozenAt }),
    toldAt: before.memory.toldAt,
    reminders: before.memory.reminders,
    changeCount: before.memory.changeCount,
    ...(troubleSince === undefined ? {} : { troubleSince }),
  };
  const dependenciesDown = isTrouble(state) ? (settings.dependenciesDown ?? []).slice(0, maxDependencies) : [];
  const isNewlyBlocked = dependenciesDown.join() !== (before.change?.dependenciesDown ?? []).join();
  const failing = failingChecks(checks, settings.checks);
  const pending = troubleSince === undefined ? [] : pendingChecks(checks, settings.checks, troubleSince);
  const isSeenOtherwise = namesOf(failing) !== namesOf(before.change?.failing ?? []);
  const isComplete = pending.length === 0 && (before.change?.pending ?? []).length > 0;
  const isReminder = isTrouble(state) && isFailure(outcome.result) && isReminderDue(before, Date.parse(now));
  const isNews =
    changed || isRelapse || isNewlyBlocked || isSeenOtherwise || isComplete || flapping !== before.flapping;
  const goesOn = isReminder && !isNews;
  const seen = seenAt(checks, settings.checks);
  const looked = seen === undefined ? {} : { seenAt: seen };
  if (!isNews && !isReminder) return { state: { ...withoutSeen(before), ...looked, memory } };

  const atStart = isTrouble(state) && !memory.hasBeenWell ? { atStart: true as const } : {};
  const change: HealthChange = {
    target: before.target,
    from: before.state,
    to: state,
    since: goesOn ? outcome.observedAt : began,
    failing,
    flapping,
    dependenciesDown,
    pending,
    sequence: memory.changeCount + 1,
    ...(goesOn ? { goesOn: true as const } : {}),
    ...atStart,
    reason:
      reason +
      (dependenciesDown.length === 0 ? '' : `; it depends on ${dependenciesDown.join(', ')}, down`) +
      flappingRemark(before.flapping, flapping, settings),
  };
  return {
    state: {
      target: before.target,
      state,
      since: began,
      flapping,
      ...atStart,
      ...looked,
      change,
      memory: {
        ...memory,
        toldAt: Date.parse(now),
        reminders: changed || isRelapse ? 0 : memory.reminders + (isReminder ? 1 : 0),
        changeCount: memory.changeCount + 1,
      },
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

const firstReminderMs = 30_000;
const leastOftenMs = 10 * 60_000;

/** After twice as long each time, so that long trouble makes little noise. */
function isReminderDue({ memory: { toldAt, reminders } }: TargetHealth, nowMs: number): boolean {
  return nowMs - toldAt >= Math.min(firstReminderMs * 2 ** reminders, leastOftenMs);
}

function isTrouble(state: HealthState): boolean {
  return state !== 'HEALTHY' && state !== 'UNKNOWN';
}

const worst: readonly HealthState[] = ['HEALTHY', 'DEGRADED', 'UNHEALTHY', 'CRITICAL'];

/** Leaving or entering UNKNOWN is neither for the worse nor for the better. */
function turnOf(from: HealthState, to: HealthState): 'worse' | 'better' | 'none' {
  if (from === 'UNKNOWN' || to === 'UNKNOWN') return 'none';
  return worst.indexOf(to) > worst.indexOf(from) ? 'worse' : 'better';
}

/** True when every check has passed since then. */
function isWellSince(since: string, state: HealthState, memories: Readonly<Record<string, CheckMemory>>): boolean {
  return state === 'HEALTHY' && Object.values(memories).every(({ lastAt }) => lastAt >= since);
}

/** Everything that failed has passed since, only not often enough to count as passing: what fails now fails again. */
function looksWell(memories: Readonly<Record<string, CheckMemory>>): boolean {
  return Object.values(memories).every(({ status, passes }) => status !== 'failing' || passes > 0);
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

function withoutSeen({ seenAt: _gone, ...rest }: TargetHealth): TargetHealth {
  return rest;
}

/** The oldest of the last results; undefined when one is missing. Comprehensive checks count where there are no others. */
function seenAt(memories: Readonly<Record<string, CheckMemory>>, checks: readonly ExpectedCheck[]): string | undefined {
  const quick = checks.filter(({ tier }) => tier !== 'comprehensive');
  const last = (quick.length > 0 ? quick : checks).map(({ name }) => memories[name]?.lastAt);
  return last.includes(undefined) ? undefined : last.sort()[0];
}

function flappingRemark(before: boolean, after: boolean, settings: StepHealthSettings): string {
  const span = `${Math.round(settings.flapping.withinMs / 1_000)} s`;
  if (after && !before)
    return `; flapping: trouble came back more than ${settings.flapping.returns} times within ${span}`;
  if (before && !after) return '; no longer flapping';
  return after ? '; flapping' : '';
}
