import type { Attempt, RefusedBy } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { closeIfAsked, countOutcome } from '../moves/attempt-end.ts';
import { verificationDeadlineMs } from '../moves/deadlines.ts';
import { escalate } from '../moves/escalate.ts';
import { hold } from '../moves/hold.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { type Work, changeAttempt, findAttempt, lastAttempt, remember } from '../record/work.ts';
import { addMs } from '../time.ts';

import { undoOrMoveOn } from './undo.ts';

/** Longest texts of an execution that a record keeps. */
const maxStepDetail = 300;

/** The executor began. */
export function onStarted(work: Work, { data }: InputOf<'remediation.started'>): IgnoreReason | undefined {
  const attempt = findAttempt(work, data.executionId);
  if (attempt === undefined) return 'execution_unknown';
  if (attempt.startedAt !== undefined) return 'start_known';
  forgetWaiting(work);
  changeAttempt(work, data.executionId, { startedAt: data.startedAt });
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
    startedAt: attempt.startedAt ?? data.startedAt,
    completedAt: data.completedAt,
    outcome: data.outcome,
    reason: data.reason,
    steps,
  });
  work.changes.push(`${attempt.playbookId} ended: ${data.outcome}`);
  const current = findAttempt(work, data.executionId) ?? attempt;
  if (work.incident.status === 'resolved' || lastAttempt(work.incident)?.executionId !== attempt.executionId) {
    if (data.outcome === 'failed' || data.outcome === 'ambiguous') countOutcome(work, current, false, data.completedAt);
    return undefined;
  }
  cancelTimer(work, 'deadline');
  if (data.outcome !== 'refused') forgetWaiting(work);
  if (data.outcome !== 'succeeded' && closeIfAsked(work, current)) return undefined;
  switch (data.outcome) {
    case 'succeeded':
      awaitVerification(work, current);
      return undefined;
    case 'refused':
      onRefused(work, current, data.refusedBy, data.reason);
      return undefined;
    case 'dry_run': {
      const reason = `dry run of ${attempt.playbookId}: nothing was changed`;
      recordDecision(work, { outcome: 'advise', code: 'dry_run', reason, subject: current });
      escalate(work, 'needs_human', reason);
      return undefined;
    }
    case 'failed':
    case 'ambiguous':
      countOutcome(work, current, false, data.completedAt);
      undoOrMoveOn(work, current, `${attempt.playbookId} ended as ${data.outcome}: ${data.reason}`);
      return undefined;
    default: {
      const impossible: never = data.outcome;
      throw new TypeError(`an unknown outcome ${String(impossible)}`);
    }
  }
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
  recordDecision(work, { outcome: 'hold', code: 'refused_by_executor', reason: why, subject: attempt });
  hold(work, refusedBy ?? 'executor', why, addMs(work.now, work.facts.safety.holdRetryMs));
}
