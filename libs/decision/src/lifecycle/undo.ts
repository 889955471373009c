import { type Attempt, type Remediation, draft, remediationRollbackRequested } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { closeIfAsked } from '../moves/attempt-end.ts';
import { rollbackDeadlineMs } from '../moves/deadlines.ts';
import { callHumans, contactsOf, escalate, handOver } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, changeAttempt, findAttempt, lastAttempt } from '../record/work.ts';
import { addMs } from '../time.ts';

/** Undo what can be undone, once; otherwise go on without. Spec 6.1 step 8, reference INV-11. */
export function undoOrMoveOn(work: Work, attempt: Attempt, because: string): void {
  const remediation = undoableBy(work, attempt);
  if (remediation === undefined) {
    moveTo(work, 'open');
    moveOn(work, attempt, isEffect(attempt) ? `${because}; it cannot be undone` : because);
    return;
  }
  recordDecision(work, { outcome: 'roll_back', code: 'did_not_help', reason: because, subject: attempt });
  rollBack(work, remediation, because);
}

/** It made things worse: undone where that is possible, and for humans at once. Nothing else is tried. Spec 6.1 step 8. */
export function undoAndCall(work: Work, attempt: Attempt, because: string): void {
  const remediation = undoableBy(work, attempt);
  if (remediation === undefined) {
    const reason = `${because}; it cannot be undone`;
    reassess(work);
    recordDecision(work, { outcome: 'escalate', code: 'made_worse', reason, subject: attempt });
    escalate(work, 'hands_off', reason);
    return;
  }
  recordDecision(work, { outcome: 'roll_back', code: 'made_worse', reason: because, subject: attempt });
  rollBack(work, remediation, because);
  callHumans(work, `${because}; it is being rolled back`, {
    asks: `look at what attempt ${attempt.attempt} made worse`,
    notify: contactsOf(work, attempt.playbookId),
  });
}

/** The request to be undone; undefined when there was no effect, no way back, or one was gone already. */
function undoableBy(work: Work, attempt: Attempt): Remediation | undefined {
  const { remediation } = work.memory;
  if (remediation?.executionId !== attempt.executionId || attempt.rollback !== undefined) return undefined;
  return isEffect(attempt) && remediation.playbook.rollback.available ? remediation : undefined;
}

function isEffect({ outcome, steps }: Attempt): boolean {
  return outcome === 'succeeded' || steps.some((step) => step.outcome === 'succeeded' || step.outcome === 'ambiguous');
}

function rollBack(work: Work, remediation: Remediation, because: string): void {
  const { id, service } = work.incident;
  const { executionId } = remediation;
  moveTo(work, 'rolling_back');
  work.drafts.push(
    draft(remediationRollbackRequested, {
      service,
      incidentId: id,
      key: executionId,
      data: { executionId, incidentId: id, remediation, reason: because.slice(0, 4_000), requestedAt: work.now },
    }),
  );
  setTimer(work, 'deadline', 'execution_deadline', addMs(work.now, rollbackDeadlineMs(remediation)), {
    executionId,
    phase: 'rollback',
  });
}

/** The rollback ended. Failing to undo is the one case that wakes people at SEV0. Spec 6.2. */
export function onRolledBack(work: Work, { data }: InputOf<'remediation.rolledback'>): IgnoreReason | undefined {
  const attempt = findAttempt(work, data.executionId);
  if (attempt === undefined) return 'execution_unknown';
  if (attempt.rollback !== undefined) return 'rollback_known';
  changeAttempt(work, data.executionId, { rollback: data.outcome });
  work.changes.push(`rollback of ${attempt.playbookId}: ${data.outcome}`);
  const current = findAttempt(work, data.executionId) ?? attempt;
  const isLast = lastAttempt(work.incident)?.executionId === attempt.executionId;
  if (work.incident.status === 'resolved' || !isLast) return undefined;
  cancelTimer(work, 'deadline');
  if (data.outcome === 'failed') {
    const reason = `automatic remediation failed and its rollback failed: ${data.reason}`;
    recordDecision(work, { outcome: 'escalate', code: 'rollback_failed', reason, subject: current });
    escalate(work, 'hands_off', reason, { urgent: true, severity: 'SEV0' });
    return undefined;
  }
  if (closeIfAsked(work, current)) return undefined;
  const isUndone = data.outcome === 'succeeded';
  const because = isUndone
    ? `${attempt.playbookId} was rolled back`
    : `${attempt.playbookId} could not be rolled back: ${data.reason}`;
  if (attempt.worsened === true) {
    endOfWorse(work, current, because, isUndone);
    return undefined;
  }
  moveTo(work, 'open');
  moveOn(work, current, because);
  return undefined;
}

/** Humans were called when it made things worse; that it could not be undone is news. */
function endOfWorse(work: Work, attempt: Attempt, because: string, isUndone: boolean): void {
  const reason = `${because}; it had made things worse, so a human must look`;
  reassess(work);
  recordDecision(work, { outcome: 'escalate', code: 'made_worse', reason, subject: attempt });
  if (isUndone) handOver(work, 'hands_off');
  else escalate(work, 'hands_off', reason);
}

/** The next playbook, or humans. After an unknown effect always humans. */
export function moveOn(work: Work, attempt: Attempt, because: string): void {
  reassess(work);
  if (attempt.outcome === 'ambiguous') {
    const reason = `${because}; nobody knows what it did, so a human must look`;
    recordDecision(work, { outcome: 'escalate', code: 'effect_unknown', reason, subject: attempt });
    escalate(work, 'hands_off', reason);
    return;
  }
  decide(work, attempt, because);
}
