import type { EventDraft, Remediation } from '@cortex/contracts';
import { completeExecution, finalResults } from '@cortex/execution';
import type { ExecutionEnding } from '@cortex/execution';
import { failpoint } from '../failpoint.ts';
import { completedDraft, stepDraft } from './drafts.ts';
import type { Journal } from './journal.ts';
import type { ExecutorParts } from './parts.ts';

/** The answer that the journal alone gives to a request; undefined when the execution must go on. */
export function answerFrom(journal: Journal, asked: Remediation): readonly EventDraft[] | undefined {
  const { record } = journal;
  // The request is older than the one in the journal: it was answered before the newer one was made.
  if (asked.requestedAt < record.remediation.requestedAt) return [];
  if (record.status === 'accepted' || record.status === 'running') return undefined;
  // A refusal had no effect, so a newer request for the same execution may be tried afresh.
  if (record.outcome === 'refused' && asked.requestedAt > record.remediation.requestedAt) return undefined;
  return [...endOfDryRun(journal), completedDraft(record)];
}

/** Writes the end of the execution and returns its event. */
export async function endExecution(
  parts: ExecutorParts,
  journal: Journal,
  ending: ExecutionEnding,
): Promise<readonly EventDraft[]> {
  await journal.write(completeExecution(journal.record, ending, parts.now()));
  return reportEnd(parts, journal);
}

/** The event of the execution's end, as the journal has it. */
export function reportEnd(parts: ExecutorParts, journal: Journal): readonly EventDraft[] {
  const { remediation, outcome = 'ambiguous', reason, acceptedAt, completedAt = acceptedAt } = journal.record;
  const durationMs = Date.parse(completedAt) - Date.parse(acceptedAt);
  failpoint('after_completion');
  parts.metrics.remediationEnded(remediation.playbook.id, outcome, durationMs);
  parts.logger.info({ executionId: remediation.executionId, outcome, reason, durationMs }, 'execution ended');
  return [...endOfDryRun(journal), completedDraft(journal.record)];
}

/** The steps of a dry run are reported with its end; those of a real run were reported one by one. */
function endOfDryRun({ record }: Journal): readonly EventDraft[] {
  if (!record.remediation.dryRun) return [];
  return finalResults(record, 'remediation').map((result) => stepDraft(record, 'remediation', result));
}
