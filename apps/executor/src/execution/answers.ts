import type { EventDraft, ExecutionRecord, Remediation } from '@cortex/contracts';
import { completeExecution, finalResults, hasBegun } from '@cortex/execution';
import type { ExecutionEnding } from '@cortex/execution';
import { failpoint } from '../failpoint.ts';
import { completedDraft, startedDraft, stepDraft } from './drafts.ts';
import type { Journal } from './journal.ts';
import type { ExecutorParts } from './parts.ts';
import { canBeSeen } from './serving.ts';

/** The answer that the journal alone gives to a request; undefined when the execution must go on. */
export function answerFrom(journal: Journal, asked: Remediation): readonly EventDraft[] | undefined {
  const { record } = journal;
  // The request is older than the one in the journal: it was answered before the newer one was made.
  if (asked.requestedAt < record.remediation.requestedAt) return [];
  if (record.status === 'accepted' || record.status === 'running') return undefined;
  // A refusal had no effect, so a newer request for the same execution may be tried afresh.
  if (record.outcome === 'refused' && asked.requestedAt > record.remediation.requestedAt) return undefined;
  return [...begunSteps(journal), ...endOfDryRun(journal), completedDraft(record)];
}

/** Told one by one while it ran; whoever wrote the end may have died, or lost its server, before all of it was out. */
function begunSteps({ record }: Journal): readonly EventDraft[] {
  if (record.remediation.dryRun || !hasBegun(record)) return [];
  return [startedDraft(record), ...stepsOf(record)];
}

/** Writes the end of the execution, gives up its places, and returns its event. */
export async function endExecution(
  parts: ExecutorParts,
  journal: Journal,
  ending: ExecutionEnding,
): Promise<readonly EventDraft[]> {
  await journal.write(completeExecution(journal.record, ending, parts.now()));
  await settlePlaces(parts, journal);
  return reportEnd(parts, journal);
}

/** After the end: what was not touched is free, what was is awaited. */
export function settlePlaces(parts: ExecutorParts, { record }: Journal): Promise<void> {
  return parts.reservations.settle(record, (target) => canBeSeen(parts, target));
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
  return stepsOf(record);
}

function stepsOf(record: ExecutionRecord): readonly EventDraft[] {
  return finalResults(record, 'remediation').map((result) => stepDraft(record, 'remediation', result));
}
