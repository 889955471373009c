import type { Attempt } from '@cortex/contracts';
import type { Work } from '../record/work.ts';
import { recordDecision } from './record-decision.ts';
import { resolve } from './resolve.ts';

/** A human wanted to close it while an execution ran: now it may. */
export function closeIfAsked(work: Work, attempt: Attempt): boolean {
  const asked = work.memory.closeRequested;
  if (asked === undefined) return false;
  const reason = `closed by ${asked.by}: ${asked.comment}`;
  recordDecision(work, { outcome: 'resolve', code: 'closed_by_human', reason, subject: attempt });
  resolve(work, {
    method: 'manual',
    recoveredAt: work.now,
    verificationPassed: attempt.verification === 'SUCCESS',
    reason,
  });
  return true;
}

/** Counts the attempt for its playbook’s breaker. */
export function countOutcome(work: Work, attempt: Attempt, effective: boolean, at: string): void {
  const { playbookId, executionId } = attempt;
  work.breakerOutcomes.push({ playbookId, service: work.incident.service, executionId, effective, at });
}
