import type { VerificationFinding, VerificationState } from '@cortex/contracts';

/** A finding, compared with the state before the remediation. */
export interface Assessment {
  readonly finding: VerificationFinding;
  /** Better than before, or passing where the state before is unknown. */
  readonly improved: boolean;
  readonly worsened: boolean;
  /** It alternated between pass and fail. */
  readonly conflicting: boolean;
  /** Of a signal that led to the remediation: its key. */
  readonly signal?: string;
}

/** The next step, in the words of spec 8.2 and 8.3. */
export type Recommendation = 'close' | 'continue_monitoring' | 'rollback' | 'investigate' | 'ask_human';

export interface Judgement {
  readonly state: VerificationState;
  readonly reason: string;
  /** With FAILED: something is worse than before, not only no better. */
  readonly worsened?: boolean;
  /** With UNCERTAIN: nothing is missing but the word of the sources of these signals. */
  readonly awaits?: readonly string[];
  /** With PARTIAL_SUCCESS: the target had recovered, and the same trouble came back. */
  readonly relapsed?: boolean;
  readonly recommendation: Recommendation;
}

/** Everything was well for so long, and then something failed. */
export interface Held {
  readonly ms: number;
  /** Long enough to say that it had recovered. */
  readonly isRecovery: boolean;
}

/**
 * Spec 8.3. SUCCESS needs every finding to pass, each signal that led here seen gone among them: a finding without data does not. A finding worse than before, or a
 * failure without any improvement beside it, is FAILED even if other findings have no data: a service that is down
 * sends no metrics either. `held`: for so long everything had been well before it failed again.
 */
export function judge(assessments: readonly Assessment[], held?: Held): Judgement {
  if (assessments.length === 0) {
    return {
      state: 'UNCERTAIN',
      reason: 'there is nothing to verify by: no condition, no health check of the targets, no metric',
      recommendation: 'ask_human',
    };
  }
  const worsened = assessments.filter((assessment) => assessment.worsened);
  const conflicting = assessments.filter((assessment) => assessment.conflicting);
  const improved = assessments.filter((assessment) => assessment.improved);
  const failing = assessments.filter(({ finding }) => finding.verdict === 'fail');
  const silent = assessments.filter(({ finding }) => finding.verdict === 'no_data');

  if (worsened.length > 0) {
    const reason = `worse than before: ${list(worsened)}`;
    return { state: 'FAILED', reason, worsened: true, recommendation: 'rollback' };
  }
  // A signal that was never seen gone has not come back.
  const fallen = failing.filter(({ signal }) => signal === undefined);
  if (held?.isRecovery === true && fallen.length > 0) {
    const reason = `it recovered for ${secondsOf(held)} s, then failed again: ${list(fallen)}`;
    return { state: 'PARTIAL_SUCCESS', reason, relapsed: true, recommendation: 'investigate' };
  }
  if (conflicting.length > 0) {
    return { state: 'UNCERTAIN', reason: `conflicting signals: ${list(conflicting)}`, recommendation: 'ask_human' };
  }
  if (failing.length > 0 && improved.length > 0) {
    return {
      state: 'PARTIAL_SUCCESS',
      reason: `improved: ${list(improved)}; still failing: ${list(failing)}`,
      recommendation: 'continue_monitoring',
    };
  }
  if (failing.length > 0) {
    const isFallen = held !== undefined && fallen.length > 0;
    const how = isFallen ? `it was well for no more than ${secondsOf(held)} s` : 'no improvement';
    return { state: 'FAILED', reason: `${how}: ${list(failing)}`, recommendation: 'rollback' };
  }
  if (silent.length > 0) {
    const awaits = silent.flatMap(({ signal }) => signal ?? []);
    const isOnlyAwaited = awaits.length === silent.length;
    return {
      state: 'UNCERTAIN',
      reason: `no data: ${list(silent)}`,
      recommendation: 'ask_human',
      ...(isOnlyAwaited ? { awaits } : {}),
    };
  }
  const count = assessments.length === 1 ? 'the finding passes' : `all ${assessments.length} findings pass`;
  return { state: 'SUCCESS', reason: count, recommendation: 'close' };
}

function secondsOf({ ms }: Held): number {
  return Math.max(1, Math.round(ms / 1_000));
}

const maxNamed = 5;

function list(assessments: readonly Assessment[]): string {
  const named = assessments
    .slice(0, maxNamed)
    .map(({ finding }) => `${finding.name} (${finding.detail.slice(0, 200)})`);
  const rest = assessments.length - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
