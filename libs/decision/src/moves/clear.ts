import type { Attempt, Incident } from '@cortex/contracts';
import { isEffect } from '../assessment/attempts.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, isTimerSet, setTimer } from '../record/timers.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { type Work, activeSignals, isExecuting, remember } from '../record/work.ts';
import { addMs, latest } from '../time.ts';
import { withdrawApproval } from './approval-question.ts';
import { recordDecision } from './record-decision.ts';
import { methodOfClearing, resolve } from './resolve.ts';

/**
 * Nothing is wrong any more. Where nothing was done and nobody was called, that is the end; otherwise it must stay so for the
 * settling time first. Never while an execution runs: then verification decides.
 */
export function whenClear(work: Work, subject?: Attempt, because?: string): void {
  if (isExecuting(work.incident) && subject === undefined) return;
  const since = work.memory.clearedSince ?? work.now;
  remember(work, { clearedSince: since });
  forgetWaiting(work);
  withdrawApproval(work, 'its signals cleared');
  cancelTimer(work, 'reevaluate');
  if (isUntouched(work.incident)) {
    endQuietly(work, subject, 'its signals cleared before anything was run');
    return;
  }
  const settledAt = addMs(since, work.facts.safety.settlingMs);
  if (work.incident.status !== 'escalated')
    moveTo(work, 'monitoring', 'its signals cleared; it is watched for a while');
  const what = `its signals cleared at ${since}; it ends at ${settledAt} if they stay clear`;
  const reason = because === undefined ? what : `${because}; ${what}`;
  recordDecision(work, { outcome: 'monitor', code: 'signals_cleared', reason, subject });
  setTimer(work, 'quiet', 'reevaluate', settledAt);
}

/** Whatever led here: what is with humans and has nothing wrong any more ends when it stays so. */
export function settleWithHumans(work: Work): void {
  if (work.incident.status !== 'escalated' || activeSignals(work.incident).length > 0) return;
  remember(work, { clearedSince: work.memory.clearedSince ?? work.now });
  // From now on: people who have just been called should not hear of the end in the same moment.
  if (!isTimerSet(work, 'quiet')) setTimer(work, 'quiet', 'reevaluate', addMs(work.now, work.facts.safety.settlingMs));
}

/** The quiet has lasted long enough. */
export function onQuiet(work: Work): void {
  if (isExecuting(work.incident) || activeSignals(work.incident).length > 0) return;
  const since = work.memory.clearedSince ?? work.now;
  const left = leftOver(work.incident);
  endQuietly(work, undefined, `its signals stayed clear from ${since} on${left === undefined ? '' : `; ${left}`}`);
}

/** What people should still look at, though nothing fails any more. */
function leftOver({ attempts }: Incident): string | undefined {
  const last = attempts.at(-1);
  if (last === undefined) return undefined;
  if (last.rollback === 'stopped') return `what ${last.playbookId} had done was not undone: a stop held its rollback`;
  if (last.outcome === 'stopped' && last.rollback === undefined && isEffect(last))
    return `${last.playbookId} was stopped half-way`;
  if (last.rollback === 'failed') return `${last.playbookId} could not be rolled back`;
  if (last.outcome === undefined) return `no answer of ${last.playbookId} has come`;
  if (last.verification === 'UNCERTAIN') return `nobody can tell whether ${last.playbookId} helped`;
  if (last.outcome === 'ambiguous') return `nobody knows what ${last.playbookId} did`;
  return undefined;
}

function endQuietly(work: Work, subject: Attempt | undefined, reason: string): void {
  recordDecision(work, {
    outcome: 'resolve',
    code: 'signals_cleared',
    reason,
    subject: subject ?? work.incident.attempts.at(-1),
  });
  resolve(work, {
    method: methodOfClearing(work.incident),
    recoveredAt: lastClearing(work.incident) ?? work.now,
    verificationPassed: false,
    reason,
  });
}

function lastClearing(incident: Incident): string | undefined {
  const [first, ...others] = incident.signals.flatMap((signal) => signal.clearedAt ?? []);
  return first === undefined ? undefined : latest(first, ...others);
}

/** True when nobody was called and no execution began: a refused one did not. */
function isUntouched({ status, escalations, attempts }: Incident): boolean {
  return (
    status !== 'escalated' && escalations.length === 0 && attempts.every((attempt) => attempt.outcome === 'refused')
  );
}
