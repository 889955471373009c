import type { EventDraft, Remediation } from '@cortex/contracts';
import { completeExecution, completeRollback, newRecord } from '@cortex/execution';
import { completedDraft, rolledBackDraft } from './drafts.ts';
import { JournalUnreadableError } from './errors.ts';
import type { ExecutorParts } from './parts.ts';

/**
 * The answer for an execution whose journal cannot be read: nobody knows what was done, so it is ambiguous, or the rollback
 * failed, and people are told. The journal stays as it is.
 */
export async function answerUnreadable(
  remediation: Remediation,
  phase: 'remediation' | 'rollback',
  parts: ExecutorParts,
  work: () => Promise<readonly EventDraft[]>,
): Promise<readonly EventDraft[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JournalUnreadableError)) throw error;
    const { message: reason } = error;
    const { executionId } = remediation;
    parts.logger.error({ executionId, err: error }, 'nothing more is done in an execution');
    const now = parts.now();
    const ended = completeExecution(newRecord(remediation, now), { outcome: 'ambiguous', reason }, now);
    if (phase === 'remediation') return [completedDraft(ended)];
    return [rolledBackDraft(completeRollback(ended, { outcome: 'failed', reason }, now))];
  }
}
