import { countOutcome } from '../moves/attempt-end.ts';
import { escalate } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { type Work, lastAttempt } from '../record/work.ts';

/** Executor or verifier gave no answer in time: humans, and no second execution beside one that may still run. */
export function onDeadline(work: Work, executionId: string, phase: string): void {
  const attempt = lastAttempt(work.incident);
  const waiting: Readonly<Record<string, string>> = {
    remediation: 'remediating',
    verification: 'verifying',
    rollback: 'rolling_back',
  };
  if (attempt?.executionId !== executionId || work.incident.status !== waiting[phase]) return;
  const reason = `no answer to the ${phase} of ${attempt.playbookId} in time`;
  if (phase === 'verification') countOutcome(work, attempt, false, work.now);
  recordDecision(work, { outcome: 'escalate', code: 'no_answer', reason, subject: attempt });
  escalate(work, 'hands_off', reason, phase === 'rollback' ? { urgent: true, severity: 'SEV0' } : {});
}
