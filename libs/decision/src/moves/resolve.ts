import type { Incident, ResolutionMethod } from '@cortex/contracts';
import { moveTo } from '../record/status.ts';
import { cancelAllTimers } from '../record/timers.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { type Work, change, forget } from '../record/work.ts';
import { latest, msBetween } from '../time.ts';
import { withdrawApproval } from './approval-question.ts';

export interface Ending {
  readonly method: ResolutionMethod;
  readonly recoveredAt: string;
  readonly verificationPassed: boolean;
  readonly reason: string;
}

/** Ends the incident. Resolution time counts to the start of the streak that was confirmed, not to its end. */
export function resolve(work: Work, ending: Ending): void {
  const { incident } = work;
  withdrawApproval(work, ending.reason);
  forget(work, 'held');
  forget(work, 'escalatedFor');
  forgetWaiting(work);
  const recoveredAt = latest(ending.recoveredAt, incident.startedAt);
  const timeToResolutionMs = Math.max(0, Math.round(msBetween(incident.startedAt, recoveredAt)));
  const { method, verificationPassed, reason } = ending;
  const resolution = { method, at: work.now, recoveredAt, timeToResolutionMs, verificationPassed, reason };
  moveTo(work, 'resolved', `resolved: ${reason}`);
  change(work, { resolution });
  cancelAllTimers(work);
}

/** How trouble ended that went away without a confirmed execution. */
export function methodOfClearing(incident: Incident): ResolutionMethod {
  if (incident.acknowledgedBy !== undefined) return 'manual';
  if (incident.attempts.some((attempt) => attempt.rollback === 'succeeded')) return 'rollback';
  return 'cleared';
}
