import type { Attempt, Signal } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { closeIfAsked, countOutcome } from '../moves/attempt-end.ts';
import { callHumans, contactsOf, escalate } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { resolve } from '../moves/resolve.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, change, changeAttempt, findAttempt, forget, lastAttempt, remember } from '../record/work.ts';
import { addMs, latest, within } from '../time.ts';
import { isAnsweredBy, isNewSince, isSeenGone } from './answered.ts';
import { isTakenOver, noteLate } from './late.ts';
import { moveOn, undoAndCall, undoOrMoveOn } from './undo.ts';

/** Whether it helped. Spec 8.3. */
export function onVerified(work: Work, { data }: InputOf<'verification.completed'>): IgnoreReason | undefined {
  const attempt = findAttempt(work, data.executionId);
  if (attempt === undefined) return 'execution_unknown';
  if (attempt.verification !== undefined) return 'verification_known';
  changeAttempt(work, data.executionId, {
    // Only what succeeded is verified: its own end may still be on the way.
    outcome: attempt.outcome ?? 'succeeded',
    verification: data.state,
    verificationReason: data.reason,
    ...(data.worsened === true ? { worsened: true } : {}),
    ...(data.relapsed === true ? { relapsed: true } : {}),
    verifiedAt: within(data.completedAt, attempt.requestedAt, work.now),
    ...(data.recoveredAt === undefined ? {} : { recoveredAt: data.recoveredAt }),
  });
  work.changes.push(`verification of ${attempt.playbookId}: ${data.state}`);
  const current = findAttempt(work, data.executionId) ?? attempt;
  // What brought the targets back is no failure of the playbook, and no proof of it either.
  if (data.relapsed !== true) countOutcome(work, current, data.state === 'SUCCESS', current.verifiedAt ?? work.now);
  const isLast = lastAttempt(work.incident)?.executionId === attempt.executionId;
  if (
    work.incident.status === 'resolved' ||
    !isLast ||
    attempt.rollback !== undefined ||
    work.incident.status === 'rolling_back'
  )
    return undefined;
  cancelTimer(work, 'deadline');
  if (closeIfAsked(work, current)) return undefined;
  if (isTakenOver(work) && data.state !== 'SUCCESS') {
    noteLate(work, current, `the verification of ${attempt.playbookId} came to ${data.state}: ${data.reason}`);
    return undefined;
  }
  if (data.relapsed === true) onRelapse(work, current, data.reason);
  else if (data.state === 'SUCCESS') onSuccess(work, current, data.recoveredAt ?? data.completedAt, lastLookOf(data));
  else if (data.state !== 'FAILED') watch(work, current, data.reason, data.awaits);
  else if (data.worsened === true) undoAndCall(work, current, `${attempt.playbookId} made it worse: ${data.reason}`);
  else undoOrMoveOn(work, current, `${attempt.playbookId} did not help: ${data.reason}`);
  return undefined;
}

/** When the newest evidence was seen. */
function lastLookOf({ findings }: InputOf<'verification.completed'>['data']): string | undefined {
  const [first, ...others] = findings.map(({ at }) => at);
  return first === undefined ? undefined : latest(first, ...others);
}

function onSuccess(work: Work, attempt: Attempt, recoveredAt: string, provedAt: string | undefined): void {
  const isOpen = (signal: Signal): boolean => signal.active && !isAnsweredBy(work, signal, attempt, provedAt);
  const left = work.incident.signals.filter(isOpen);
  // What nobody has seen gone is its source's to end: it is left as it is, and met again when its source repeats it.
  const signals = work.incident.signals.map((signal) =>
    signal.active && !isOpen(signal) && isSeenGone(work, signal) ? answered(signal, recoveredAt) : signal,
  );
  change(work, { signals });
  if (left.length > 0) {
    const isNew = left.some((signal) => isNewSince(signal, attempt, provedAt));
    const others = isNew ? 'new trouble has begun since' : 'others are still in trouble';
    const because = `${attempt.playbookId} is confirmed on its targets, ${others}`;
    if (isTakenOver(work)) {
      noteLate(work, attempt, because);
      return;
    }
    moveTo(work, 'open');
    reassess(work);
    decide(work, attempt, because);
    return;
  }
  const reason = `${attempt.playbookId} helped: ${attempt.verificationReason ?? 'verified'}`;
  recordDecision(work, { outcome: 'resolve', code: 'helped', reason, subject: attempt });
  resolve(work, { method: 'auto_remediation', recoveredAt, verificationPassed: true, reason });
}

/** What is told of from before that is over by its time: its number is one of trouble. */
function answered({ sequence: _ofTrouble, ...signal }: Signal, clearedAt: string): Signal {
  return { ...signal, active: false, clearedAt };
}

/** The same trouble is back after a recovery: it is decided anew, and the fix before counts for none of its tries. */
function onRelapse(work: Work, attempt: Attempt, reason: string): void {
  moveTo(work, 'open');
  reassess(work);
  decide(work, attempt, `${attempt.playbookId} helped, and the same trouble came back: ${reason}`);
}

/** Better but not well, or nobody can tell: watched for a while before the next move. On-call hears of half a success. */
function watch(work: Work, attempt: Attempt, reason: string, awaits?: readonly string[]): void {
  forget(work, 'awaits');
  moveTo(work, 'monitoring');
  if (attempt.verification === 'PARTIAL_SUCCESS') {
    callHumans(work, `${attempt.playbookId} helped in part: ${reason}`, {
      notify: contactsOf(work, attempt.playbookId),
    });
  }
  if (awaits !== undefined) remember(work, { awaits });
  recordDecision(work, {
    outcome: 'monitor',
    code: attempt.verification === 'PARTIAL_SUCCESS' ? 'helped_in_part' : 'uncertain',
    reason: `${attempt.verification ?? 'UNCERTAIN'}: ${reason}`,
    subject: attempt,
  });
  setTimer(work, 'monitoring', 'monitoring_end', addMs(work.now, work.facts.safety.monitoringMs), {
    executionId: attempt.executionId,
  });
}

/** The monitoring time after PARTIAL_SUCCESS or UNCERTAIN is over. */
export function onMonitoringEnd(work: Work, executionId: string): void {
  const attempt = findAttempt(work, executionId);
  if (
    work.incident.status !== 'monitoring' ||
    attempt === undefined ||
    lastAttempt(work.incident)?.executionId !== executionId
  )
    return;
  const isClear = !work.incident.signals.some((signal) => signal.active);
  moveTo(work, 'open');
  if (attempt.verification === 'PARTIAL_SUCCESS') afterPart(work, attempt, isClear);
  else if (isClear && work.memory.awaits !== undefined) endAsAwaited(work, attempt);
  else handToJudge(work, attempt, isClear);
}

/** What is still in trouble gets another playbook. Spec 6.2. */
function afterPart(work: Work, attempt: Attempt, isClear: boolean): void {
  if (!isClear) {
    moveOn(work, attempt, `${attempt.playbookId} came to PARTIAL_SUCCESS, and it is still in trouble`);
    return;
  }
  const reason = `${attempt.playbookId} helped in part, and every signal has cleared since`;
  recordDecision(work, { outcome: 'resolve', code: 'helped_in_part', reason, subject: attempt });
  resolve(work, {
    method: 'auto_remediation',
    recoveredAt: work.memory.clearedSince ?? work.now,
    verificationPassed: false,
    reason,
  });
}

/** Nothing was missing but the word of the sources, and that has come. */
function endAsAwaited(work: Work, attempt: Attempt): void {
  const reason = `${attempt.playbookId} ran, and the sources of its signals have since said that they are over`;
  recordDecision(work, { outcome: 'resolve', code: 'signals_cleared', reason, subject: attempt });
  const recoveredAt = work.memory.clearedSince ?? work.now;
  resolve(work, { method: 'cleared', recoveredAt, verificationPassed: false, reason });
}

/** Nobody can tell whether it helped: doing more on top of that is not for a machine. Spec 8.3. */
function handToJudge(work: Work, attempt: Attempt, isClear: boolean): void {
  const seen = isClear ? 'the signals have cleared' : 'it is still in trouble';
  const reason = `${seen}, but nobody can tell whether ${attempt.playbookId} helped: a human must judge`;
  reassess(work);
  recordDecision(work, { outcome: 'escalate', code: 'uncertain', reason, subject: attempt });
  escalate(work, 'needs_human', reason);
}
