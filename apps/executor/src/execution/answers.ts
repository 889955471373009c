import type { EventDraft, Remediation } from '@cortex/contracts';
import { completeExecution, finalResults } from '@cortex/execution';
import type { ExecutionEnding } from '@cortex/execution';
import { failpoint } from '../failpoint.ts';
import { completedDraft, stepDraft } from './drafts.ts';
import type { Journal } from './journal.ts';
import type { ExecutorParts } from './parts.ts';

/** What a journal says already, without another look at the world. */
export function answerFrom(journal: Journal, asked: Remediation): readonly EventDraft[] | undefined {
  const { record } = journal;
  // An older request than the one that the journal holds: its answer was given before the newer one was made.
  if (asked.requestedAt < record.remediation.requestedAt) return [];
  if (record.status === 'accepted' || record.status === 'running') return undefined;
  // A refusal had no effect, so a newer request under the same name may be tried afresh.
  if (record.outcome === 'refused' && asked.requestedAt > record.remediation.requestedAt) return undefined;
  return [...endOfDryRun(journal), completedDraft(record)];
}

/** Writes how the execution ended, and says it. */
export async function endExecution(
  parts: ExecutorParts,
  journal: Journal,
  ending: ExecutionEnding,
): Promise<readonly EventDraft[]> {
  await journal.write(completeExecution(journal.record, ending, parts.now()));
  return tellEnd(parts, journal);
}

/** Says how the execution ended, as the journal has it. */
export function tellEnd(parts: ExecutorParts, journal: Journal): readonly EventDraft[] {
  const { remediation, outcome = 'ambiguous', reason, acceptedAt, completedAt = acceptedAt } = journal.record;
  const durationMs = Date.parse(completedAt) - Date.parse(acceptedAt);
  failpoint('after_completion');
  parts.metrics.remediationEnded(remediation.playbook.id, outcome, durationMs);
  parts.logger.info({ executionId: remediation.executionId, outcome, reason, durationMs }, 'execution ended');
  return [...endOfDryRun(journal), completedDraft(journal.record)];
}

/** The steps of a dry run are told with its end; those of a real run were told one by one. */
function endOfDryRun({ record }: Journal): readonly EventDraft[] {
  if (!record.remediation.dryRun) return [];
  return finalResults(record, 'remediation').map((result) => stepDraft(record, 'remediation', result));
}
