import type { HandlerContext } from '@cortex/bus';
import type { CortexEvent, EventDraft } from '@cortex/contracts';
import {
  completeExecution,
  completeRollback,
  finalResults,
  newRecord,
  nextRollbackMove,
  openIntent,
  rollbackDeadline,
} from '@cortex/execution';
import { settlePlaces } from '../execution/answers.ts';
import { rolledBackDraft, stepDraft } from '../execution/drafts.ts';
import { TryAgainLater } from '../execution/errors.ts';
import { closeAsAmbiguous } from '../execution/close-as-ambiguous.ts';
import { takeHolds } from '../execution/holds.ts';
import { Journal } from '../execution/journal.ts';
import type { ExecutorParts } from '../execution/parts.ts';
import { resolvePlan } from '../execution/resolve-plan.ts';
import { Publisher } from '../execution/publisher.ts';
import { patienceMs, runRollback } from '../execution/run-rollback.ts';

/** Undoes an execution, once; a redelivered request continues after a crash, or repeats the report of its end. A newer one goes on after a stop. */
export async function handleRollbackRequested(
  event: CortexEvent<'remediation.rollback.requested'>,
  context: HandlerContext,
  parts: ExecutorParts,
): Promise<readonly EventDraft[]> {
  const { executionId, remediation, requestedAt } = event.data;
  const journal = (await Journal.read(parts, executionId)) ?? neverBegun(parts, event);
  if (isAnswered(journal, requestedAt)) {
    // The process that wrote the end may have died before it gave up its places.
    await settlePlaces(parts, journal);
    const steps = finalResults(journal.record, 'rollback').map((result) =>
      stepDraft(journal.record, 'rollback', result),
    );
    return [...steps, rolledBackDraft(journal.record)];
  }
  if (journal.record.status === 'accepted' || journal.record.status === 'running') {
    throw new TryAgainLater(`${executionId} is still running`, 1_000);
  }

  const first = nextRollbackMove(journal.record);
  if (first.kind === 'complete') return await end(parts, journal, first);
  const resolved = resolvePlan(journal.record.remediation, parts.actions);
  if (!resolved.ok) {
    journal.restart(closeAsAmbiguous(journal.record, parts.now()));
    return await end(parts, journal, { outcome: 'failed', reason: resolved.problems.join('; ') });
  }

  const taken = await takeHolds(parts, remediation);
  if (!taken.ok) {
    const waitedMs = parts.now().getTime() - Date.parse(requestedAt);
    const isUnsettled = openIntent(journal.record) !== undefined;
    if (waitedMs < patienceMs || isUnsettled) throw new TryAgainLater(taken.reason, 1_000);
    return await end(parts, journal, { outcome: 'failed', reason: taken.reason });
  }
  try {
    const publisher = new Publisher(context);
    const run = {
      parts,
      journal,
      plan: resolved.plan,
      holds: taken.holds,
      publisher,
      deadline: rollbackDeadline(remediation, requestedAt),
      draining: context.signal,
    };
    await runRollback(run, requestedAt);
    await settlePlaces(parts, journal);
    await taken.holds.release();
    await publisher.flush();
    return said(parts, journal);
  } finally {
    await taken.holds.release();
  }
}

/** It ended; or a stop holds it, and this request is the one that was stopped, or an older one. */
function isAnswered({ record: { status, rollback } }: Journal, requestedAt: string): boolean {
  return status === 'rolled_back' || (rollback?.requestedAt !== undefined && requestedAt <= rollback.requestedAt);
}

/** Without a journal nothing was ever done: that is recorded, so that a late request cannot begin it now. */
function neverBegun(parts: ExecutorParts, event: CortexEvent<'remediation.rollback.requested'>): Journal {
  const record = newRecord(event.data.remediation, parts.now());
  const ending = { outcome: 'failed', reason: 'rolled back before it began' } as const;
  return Journal.begin(parts.journal, completeExecution(record, ending, parts.now()));
}

async function end(
  parts: ExecutorParts,
  journal: Journal,
  ending: Parameters<typeof completeRollback>[1],
): Promise<readonly EventDraft[]> {
  await journal.write(completeRollback(journal.record, ending, parts.now()));
  return said(parts, journal);
}

function said(parts: ExecutorParts, journal: Journal): readonly EventDraft[] {
  const { remediation, rollback } = journal.record;
  parts.logger.info({ executionId: remediation.executionId, ...rollback }, 'rollback ended');
  return [rolledBackDraft(journal.record)];
}
