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
import { type Work, change, changeAttempt, findAttempt, lastAttempt } from '../record/work.ts';
import { addMs, latest } from '../time.ts';
import { isAnsweredBy, isNewSince } from './answered.ts';
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
    verifiedAt: data.completedAt,
    ...(data.recoveredAt === undefined ? {} : { recoveredAt: data.recoveredAt }),
  });
  work.changes.push(`verification of ${attempt.playbookId}: ${data.state}`);
  const current = findAttempt(work, data.executionId) ?? attempt;
  // What brought the targets back is no failure of the playbook, and no proof of it either.
  if (data.relapsed !== true) countOutcome(work, current, data.state === 'SUCCESS', data.completedAt);
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
  if (data.relapsed === true) onRelapse(work, current, data.reason);
  else if (data.state === 'SUCCESS') onSuccess(work, current, data.recoveredAt ?? data.completedAt, lastLookOf(data));
  else if (data.state !== 'FAILED') watch(work, current, data.reason);
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
  const signals = work.incident.signals.map((signal) =>
    signal.active && isAnsweredBy(work, signal, attempt, provedAt) ? answered(signal, recoveredAt) : signal,
  );
  change(work, { signals });
  if (signals.some((signal) => signal.active)) {
    moveTo(work, 'open');
    reassess(work);
    const isNew = signals.some((signal) => signal.active && isNewSince(signal, attempt, provedAt));
    const left = isNew ? 'new trouble has begun since' : 'others are still in trouble';
    decide(work, attempt, `${attempt.playbookId} is confirmed on its targets, ${left}`);
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
function watch(work: Work, attempt: Attempt, reason: string): void {
  moveTo(work, 'monitoring');
  if (attempt.verification === 'PARTIAL_SUCCESS') {
    callHumans(work, `${attempt.playbookId} helped in part: ${reason}`, {
      notify: contactsOf(work, attempt.playbookId),
    });
  }
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

/** Nobody can tell whether it helped: doing more on top of that is not for a machine. Spec 8.3. */
function handToJudge(work: Work, attempt: Attempt, isClear: boolean): void {
  const seen = isClear ? 'the signals have cleared' : 'it is still in trouble';
  const reason = `${seen}, but nobody can tell whether ${attempt.playbookId} helped: a human must judge`;
  reassess(work);
  recordDecision(work, { outcome: 'escalate', code: 'uncertain', reason, subject: attempt });
  escalate(work, 'needs_human', reason);
}
