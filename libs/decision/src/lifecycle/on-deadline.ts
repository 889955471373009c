import { recordDecision } from '../decide/record-decision.ts';
import { type Work, lastAttempt } from '../record/work.ts';
import { countOutcome } from './attempt-end.ts';
import { escalate } from './escalate.ts';

/** Executor or verifier gave no answer in time: humans, and no second execution beside one that may still run. */
export function onDeadline(work: Work, executionId: string, phase: string): string | undefined {
  const attempt = lastAttempt(work.incident);
  const waiting: Readonly<Record<string, string>> = {
    remediation: 'remediating',
    verification: 'verifying',
    rollback: 'rolling_back',
  };
  if (attempt?.executionId !== executionId || work.incident.status !== waiting[phase]) return 'the answer has come';
  const reason = `no answer to the ${phase} of ${attempt.playbookId} in time`;
  if (phase === 'verification') countOutcome(work, attempt, false, work.now);
  recordDecision(work, { outcome: 'escalate', reason, subject: attempt });
  escalate(work, 'needs_human', reason, phase === 'rollback' ? { urgent: true, severity: 'SEV0' } : {});
  return undefined;
}
