import { type Attempt, draft, remediationRollbackRequested } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { closeIfAsked } from '../moves/attempt-end.ts';
import { rollbackDeadlineMs } from '../moves/deadlines.ts';
import { escalate } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, changeAttempt, findAttempt, lastAttempt } from '../record/work.ts';
import { addMs } from '../time.ts';

/** Undo what can be undone, once; otherwise go on without. Spec 6.1 step 8, reference INV-11. */
export function undoOrMoveOn(work: Work, attempt: Attempt, because: string): void {
  const remediation =
    work.memory.remediation?.executionId === attempt.executionId ? work.memory.remediation : undefined;
  const isEffect =
    attempt.outcome === 'succeeded' ||
    attempt.steps.some((step) => step.outcome === 'succeeded' || step.outcome === 'ambiguous');
  if (
    remediation === undefined ||
    !isEffect ||
    !remediation.playbook.rollback.available ||
    attempt.rollback !== undefined
  ) {
    moveTo(work, 'open');
    moveOn(work, attempt, isEffect ? `${because}; it cannot be undone` : because);
    return;
  }
  const { id, service } = work.incident;
  recordDecision(work, { outcome: 'roll_back', code: 'did_not_help', reason: because, subject: attempt });
  moveTo(work, 'rolling_back');
  work.drafts.push(
    draft(remediationRollbackRequested, {
      service,
      incidentId: id,
      key: attempt.executionId,
      data: {
        executionId: attempt.executionId,
        incidentId: id,
        remediation,
        reason: because.slice(0, 4_000),
        requestedAt: work.now,
      },
    }),
  );
  setTimer(work, 'deadline', 'execution_deadline', addMs(work.now, rollbackDeadlineMs(remediation)), {
    executionId: attempt.executionId,
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
    escalate(work, 'needs_human', reason, { urgent: true, severity: 'SEV0' });
    return undefined;
  }
  if (closeIfAsked(work, current)) return undefined;
  moveTo(work, 'open');
  moveOn(
    work,
    current,
    data.outcome === 'succeeded'
      ? `${attempt.playbookId} was rolled back`
      : `${attempt.playbookId} could not be rolled back: ${data.reason}`,
  );
  return undefined;
}

/** The next playbook, or humans. After an unknown effect always humans. */
export function moveOn(work: Work, attempt: Attempt, because: string): void {
  reassess(work);
  if (attempt.outcome === 'ambiguous') {
    const reason = `${because}; nobody knows what it did, so a human must look`;
    recordDecision(work, { outcome: 'escalate', code: 'effect_unknown', reason, subject: attempt });
    escalate(work, 'needs_human', reason);
    return;
  }
  decide(work, attempt, because);
}
