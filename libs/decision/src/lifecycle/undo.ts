import type { Attempt } from '@cortex/contracts';
import { isEffect, undoableBy } from '../assessment/attempts.ts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { closeIfAsked } from '../moves/attempt-end.ts';
import { callHumans, contactsOf, escalate, handOver } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { oweRollback, rollBack } from '../moves/roll-back.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer } from '../record/timers.ts';
import { type Work, changeAttempt, findAttempt, lastAttempt } from '../record/work.ts';
import { killSwitchGate } from '../gates/kill-switch.ts';
import { isInTheWay } from '../gates/ask-gates.ts';
import { isTakenOver, noteLate } from './late.ts';

/** Undo what can be undone, once; otherwise go on without. Spec 6.1 step 8, reference INV-11. */
export function undoOrMoveOn(work: Work, attempt: Attempt, because: string): void {
  const remediation = undoableBy(work, attempt);
  if (remediation === undefined) {
    moveTo(work, 'open');
    moveOn(work, attempt, isEffect(attempt) ? `${because}; it cannot be undone` : because);
    return;
  }
  if (isStopped(work)) {
    leaveHalfDone(work, attempt, because);
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
  if (isStopped(work)) {
    leaveHalfDone(work, attempt, because);
    return;
  }
  recordDecision(work, { outcome: 'roll_back', code: 'made_worse', reason: because, subject: attempt });
  rollBack(work, remediation, because);
  callHumans(work, `${because}; it is being rolled back`, {
    asks: `look at what attempt ${attempt.attempt} made worse`,
    notify: contactsOf(work, attempt.playbookId),
  });
}

function isStopped({ facts }: Work): boolean {
  return isInTheWay(killSwitchGate({ facts }));
}

/** A human's stop came between two steps. That is no failure of the playbook: nothing is counted. */
export function onStopped(work: Work, attempt: Attempt, reason: string): void {
  leaveHalfDone(work, attempt, `${attempt.playbookId} was stopped half-way (${reason})`);
}

/**
 * What was done stays as it is while a stop holds, and people hear what that is. Once nothing stops it any more it is decided
 * with the facts of then: it is undone first where it can be, unless nothing is wrong any more. Whom the incident is with by then
 * hears of it, and nothing is owed.
 */
function leaveHalfDone(work: Work, attempt: Attempt, because: string): void {
  if (isTakenOver(work)) {
    const left = `${because}; ${halfDone(attempt, false)}`;
    noteLate(work, attempt, left);
    if (isEffect(attempt)) tellHalfDone(work, attempt, left);
    return;
  }
  const isOwed = undoableBy(work, attempt) !== undefined;
  if (isOwed) oweRollback(work, attempt);
  const current = findAttempt(work, attempt.executionId) ?? attempt;
  const state = `${because}; ${halfDone(current, isOwed)}`;
  moveTo(work, 'open');
  reassess(work);
  decide(work, current, state);
  if (!isEffect(attempt) || work.incident.status === 'escalated') return;
  tellHalfDone(work, attempt, state);
}

function tellHalfDone(work: Work, attempt: Attempt, state: string): void {
  callHumans(work, state, {
    asks: `look at what attempt ${attempt.attempt} left half-done`,
    notify: contactsOf(work, attempt.playbookId),
  });
}

function halfDone({ steps }: Attempt, isOwed: boolean): string {
  const done = steps
    .filter(({ outcome }) => outcome === 'succeeded' || outcome === 'ambiguous')
    .slice(0, 20)
    .map(({ step, name, target, outcome }) => `${step} "${name}" on ${target.instance} (${outcome})`);
  if (done.length === 0) return 'nothing was done';
  return `done so far: ${done.join(', ')}${isOwed ? '; its rollback waits for the end of the stop' : ''}`;
}

/** The rollback ended. Failing to undo is the one case that wakes people at SEV0. Spec 6.2. */
export function onRolledBack(work: Work, { data }: InputOf<'remediation.rolledback'>): IgnoreReason | undefined {
  const attempt = findAttempt(work, data.executionId);
  if (attempt === undefined) return 'execution_unknown';
  if (attempt.rollback !== undefined && attempt.rollback !== 'stopped') return 'rollback_known';
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
  if (data.outcome === 'stopped') {
    leaveHalfDone(work, current, `the rollback of ${attempt.playbookId} was stopped (${data.reason})`);
    return undefined;
  }
  const isUndone = data.outcome === 'succeeded';
  const because = isUndone
    ? `${attempt.playbookId} was rolled back`
    : `${attempt.playbookId} could not be rolled back: ${data.reason}`;
  if (isTakenOver(work)) {
    noteLate(work, current, because);
    return undefined;
  }
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
