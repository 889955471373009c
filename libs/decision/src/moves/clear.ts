import type { Attempt, Incident } from '@cortex/contracts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { type Work, activeSignals, isExecuting, remember } from '../record/work.ts';
import { addMs, latest } from '../time.ts';
import { withdrawApproval } from './approval-question.ts';
import { recordDecision } from './record-decision.ts';
import { methodOfClearing, resolve } from './resolve.ts';

/**
 * Nothing is wrong any more. Where nothing was done and nobody was called, that is the end; otherwise the quiet must
 * last for the monitoring time first. Never while an execution runs: then verification decides.
 */
export function whenClear(work: Work, subject?: Attempt, because?: string): void {
  if (isExecuting(work.incident) && subject === undefined) return;
  const since = work.memory.clearedSince ?? work.now;
  remember(work, { clearedSince: since });
  forgetWaiting(work);
  withdrawApproval(work, 'its signals cleared');
  cancelTimer(work, 'reevaluate');
  const isUntouched = !didAnything(work.incident) && work.incident.status !== 'escalated';
  if (isUntouched) {
    endQuietly(work, subject, 'its signals cleared before anything was run');
    return;
  }
  if (work.incident.status !== 'escalated') {
    moveTo(work, 'monitoring', 'its signals cleared; it is watched for a while');
    const reason = because === undefined ? 'its signals cleared' : `${because}; its signals cleared`;
    recordDecision(work, { outcome: 'monitor', code: 'signals_cleared', reason, subject });
  }
  setTimer(work, 'quiet', 'reevaluate', addMs(since, work.facts.safety.monitoringMs));
}

/** The quiet has lasted long enough. */
export function onQuiet(work: Work): void {
  if (isExecuting(work.incident) || activeSignals(work.incident).length > 0) return;
  endQuietly(work, undefined, 'its signals stayed clear');
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

/** True when an execution began, or may have: a refused one did not. */
function didAnything(incident: Incident): boolean {
  return incident.attempts.some((attempt) => attempt.outcome !== 'refused');
}
