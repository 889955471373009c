import type { Attempt, RefusedBy } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { closeIfAsked, countOutcome } from '../moves/attempt-end.ts';
import { verificationDeadlineMs } from '../moves/deadlines.ts';
import { escalate, handOver } from '../moves/escalate.ts';
import { hold } from '../moves/hold.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { type Work, changeAttempt, findAttempt, forget, lastAttempt, remember } from '../record/work.ts';
import { addMs, within } from '../time.ts';

import { onDryRun } from './dry-run.ts';
import { isTakenOver, noteLate } from './late.ts';
import { onStopped, undoOrMoveOn } from './undo.ts';

/** Longest texts of an execution that a record keeps. */
const maxStepDetail = 300;

/** The executor began. */
export function onStarted(work: Work, { data }: InputOf<'remediation.started'>): IgnoreReason | undefined {
  const attempt = findAttempt(work, data.executionId);
  if (attempt === undefined) return 'execution_unknown';
  if (attempt.startedAt !== undefined) return 'start_known';
  forgetWaiting(work);
  forget(work, 'refusals');
  changeAttempt(work, data.executionId, { startedAt: within(data.startedAt, attempt.requestedAt, work.now) });
  work.changes.push(`${attempt.playbookId} began`);
  return undefined;
}

/** The playbook ended: what next depends on how. */
export function onCompleted(work: Work, { data }: InputOf<'remediation.completed'>): IgnoreReason | undefined {
  const attempt = findAttempt(work, data.executionId);
  if (attempt === undefined) return 'execution_unknown';
  const steps = data.steps.slice(0, 100).map((step) => ({ ...step, detail: step.detail.slice(0, maxStepDetail) }));
  if (attempt.outcome !== undefined) {
    if (attempt.steps.length > 0 || steps.length === 0) return 'end_known';
    changeAttempt(work, data.executionId, { steps });
    work.changes.push('the steps of an execution came late');
    return undefined;
  }
  changeAttempt(work, data.executionId, {
    startedAt: attempt.startedAt ?? within(data.startedAt, attempt.requestedAt, work.now),
    completedAt: within(data.completedAt, attempt.requestedAt, work.now),
    outcome: data.outcome,
    reason: data.reason,
    steps,
  });
  work.changes.push(`${attempt.playbookId} ended: ${data.outcome}`);
  const current = findAttempt(work, data.executionId) ?? attempt;
  if (work.incident.status === 'resolved' || lastAttempt(work.incident)?.executionId !== attempt.executionId) {
    if (data.outcome === 'failed' || data.outcome === 'ambiguous') countOutcome(work, current, false, endOf(current));
    return undefined;
  }
  cancelTimer(work, 'deadline');
  if (data.outcome !== 'refused') {
    forgetWaiting(work);
    forget(work, 'refusals');
  }
  if (data.outcome !== 'succeeded' && closeIfAsked(work, current)) return undefined;
  if (isTakenOver(work) && data.outcome !== 'stopped') {
    if (data.outcome === 'failed' || data.outcome === 'ambiguous') countOutcome(work, current, false, endOf(current));
    noteLate(work, current, `${attempt.playbookId} ended as ${data.outcome}: ${data.reason}`);
    return undefined;
  }
  switch (data.outcome) {
    case 'succeeded':
      awaitVerification(work, current);
      return undefined;
    case 'refused':
      onRefused(work, current, data.refusedBy, data.reason);
      return undefined;
    case 'dry_run':
      onDryRun(work, current);
      return undefined;
    case 'stopped':
      onStopped(work, current, data.reason);
      return undefined;
    case 'failed':
    case 'ambiguous':
      countOutcome(work, current, false, endOf(current));
      undoOrMoveOn(work, current, `${attempt.playbookId} ended as ${data.outcome}: ${data.reason}`);
      return undefined;
    default: {
      const impossible: never = data.outcome;
      throw new TypeError(`an unknown outcome ${String(impossible)}`);
    }
  }
}

function endOf({ completedAt, requestedAt }: Attempt): string {
  return completedAt ?? requestedAt;
}

function awaitVerification(work: Work, attempt: Attempt): void {
  moveTo(work, 'verifying');
  const playbook = work.memory.remediation?.playbook;
  const waitMs = playbook === undefined ? 60 * 60_000 : verificationDeadlineMs(playbook);
  setTimer(work, 'deadline', 'execution_deadline', addMs(work.now, waitMs), {
    executionId: attempt.executionId,
    phase: 'verification',
  });
}

/** Nothing was done. What stands in the way for now is asked again; what will not change puts the playbook out. */
function onRefused(work: Work, attempt: Attempt, refusedBy: RefusedBy | undefined, reason: string): void {
  const { playbookId } = attempt;
  const permanent = refusedBy === 'protected' || refusedBy === 'invalid_plan' || refusedBy === 'dry_run_failed';
  const refusals = (work.memory.preconditionRefusals[playbookId] ?? 0) + (refusedBy === 'precondition' ? 1 : 0);
  remember(work, { preconditionRefusals: { ...work.memory.preconditionRefusals, [playbookId]: refusals } });
  moveTo(work, 'open');
  if (permanent || refusals >= 2) {
    remember(work, { excluded: { ...work.memory.excluded, [playbookId]: `refused: ${reason}`.slice(0, 300) } });
    reassess(work);
    decide(work, attempt, `${playbookId} was refused: ${reason}`);
    return;
  }
  const why = `the executor refused (${refusedBy ?? 'no gate named'}): ${reason}`;
  if (refusedBy === 'superseded' && work.incident.acknowledgedBy !== undefined) {
    recordDecision(work, { outcome: 'escalate', code: 'with_humans', reason: why, subject: attempt });
    handOver(work, 'needs_human');
    return;
  }
  const { inARow, sameInARow } = countRefusal(work, refusedBy ?? 'executor');
  if (refusedBy !== undefined && contradictions.has(refusedBy) && sameInARow >= maxContradictions) {
    forget(work, 'refusals');
    const reasonToCall = `${why}; ${sameInARow} times in a row, so a human must look`;
    recordDecision(work, { outcome: 'escalate', code: 'refused_by_executor', reason: reasonToCall, subject: attempt });
    escalate(work, 'needs_human', reasonToCall);
    return;
  }
  recordDecision(work, { outcome: 'hold', code: 'refused_by_executor', reason: why, subject: attempt });
  hold(work, refusedBy ?? 'executor', why, addMs(work.now, retryMs(work, inARow)));
}

/** What decision takes for settled when it asks: an executor that says otherwise has another clock, or sees another record. */
const contradictions: ReadonlySet<RefusedBy> = new Set(['expired', 'superseded', 'approval']);
const maxContradictions = 3;
/** So often it is asked again at the usual pace; then ever more rarely. */
const usualRefusals = 3;
const longestRetryMs = 15 * 60_000;

function countRefusal(work: Work, by: string): NonNullable<Work['memory']['refusals']> {
  const { refusals } = work.memory;
  const sameInARow = refusals?.by === by ? refusals.sameInARow + 1 : 1;
  const counted = { by, inARow: (refusals?.inARow ?? 0) + 1, sameInARow };
  remember(work, { refusals: counted });
  return counted;
}

function retryMs({ facts }: Work, inARow: number): number {
  const { holdRetryMs } = facts.safety;
  const doublings = Math.min(Math.max(0, inARow - usualRefusals), 20);
  return Math.min(holdRetryMs * 2 ** doublings, Math.max(holdRetryMs, longestRetryMs));
}
