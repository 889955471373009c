import { targetKey } from '@cortex/contracts';
import type { JournalEntry, Target } from '@cortex/contracts';
import {
  completeRollback,
  finalResults,
  nextRollbackMove,
  recordIntent,
  recordResult,
  stopRollback,
} from '@cortex/execution';
import type { RollbackItem } from '@cortex/execution';
import { attempt } from './attempt.ts';
import type { Operation } from './attempt.ts';
import { stepDraft } from './drafts.ts';
import { TryAgainLater } from './errors.ts';
import { waitForPlace } from './next-place.ts';
import { resolveAmbiguous } from './resolve-ambiguous.ts';
import { placeOf } from './execution-run.ts';
import type { ExecutionRun } from './execution-run.ts';

/** A rollback that has nowhere to begin, or to go on, for this long is left to a human. */
export const patienceMs = 5 * 60_000;

/** Makes one move after the other until the journal says that the rollback ended, or a stop holds it. */
export async function runRollback(run: ExecutionRun, requestedAt: string): Promise<void> {
  const { parts, journal } = run;
  for (const result of finalResults(journal.record, 'rollback')) {
    run.publisher.send(stepDraft(journal.record, 'rollback', result));
  }
  const placed = new Set<Target>();
  for (;;) {
    const move = nextRollbackMove(journal.record);
    switch (move.kind) {
      case 'ended':
        return;
      case 'complete':
        await journal.write(completeRollback(journal.record, move, parts.now()));
        return;
      case 'resolve_ambiguous':
        await resolveAmbiguous(run, operationOf(run, move.item), move.entry);
        publishStep(run, move.item);
        break;
      case 'intent': {
        if (run.draining.aborted) throw new TryAgainLater('this process is draining', 1);
        const { target } = move.item;
        const isBegun = journal.record.entries.some((entry) => isUndoOn(entry, target));
        const hasPlace = placed.has(target);
        const problem = hasPlace ? undefined : await waitForPlace(run, target, { patienceMs, isBegun });
        placed.add(target);
        if (problem !== undefined) {
          const ending = { outcome: 'failed', reason: problem } as const;
          await journal.write(completeRollback(journal.record, ending, parts.now()));
          return;
        }
        const operation = { ...operationOf(run, move.item), attempt: move.attempt };
        if (isIrreversible(operation)) await skip(run, operation);
        else {
          const end = await attempt(run, operation, () => undefined);
          if (end.kind === 'stopped' && end.by === 'kill_switch') {
            const reason = `${end.by}: ${end.reason}`;
            await journal.write(stopRollback(journal.record, { reason, requestedAt }, parts.now()));
            return;
          }
          if (end.kind !== 'done') {
            const reason = end.kind === 'stopped' ? `${end.by}: ${end.reason}` : `refused: ${end.reason}`;
            await journal.write(completeRollback(journal.record, { outcome: 'failed', reason }, parts.now()));
            return;
          }
        }
        publishStep(run, move.item);
        break;
      }
    }
  }
}

function isUndoOn({ phase, target }: JournalEntry, other: Target): boolean {
  return phase === 'rollback' && targetKey(target) === targetKey(other);
}

function operationOf({ plan }: ExecutionRun, item: RollbackItem): Omit<Operation, 'attempt'> {
  if (item.kind === 'step') return { phase: 'rollback', planned: plan.at('rollback', item.step, item.target) };
  return { phase: 'rollback', planned: plan.at('remediation', item.step, item.target), undoes: item.before };
}

function isIrreversible({ planned, undoes }: Operation): boolean {
  if (undoes === undefined) return false;
  return !planned.action.reversible || planned.action.canUndo?.(planned.params) === false;
}

/** Records a step that cannot be undone as skipped: without an effect, intent and result are one write. */
async function skip(
  { parts, journal, holds }: ExecutionRun,
  { planned, phase, attempt: number }: Operation,
): Promise<void> {
  const place = placeOf(phase, planned);
  const at = parts.now();
  const fields = { token: holds.token(planned.target), before: {}, at };
  const open = recordIntent(journal.record, { ...place, attempt: number }, fields);
  const result = { outcome: 'skipped', detail: `${planned.action.name} cannot be undone`, at } as const;
  await journal.write(recordResult(open, place, planned.step, result));
}

function publishStep({ journal, publisher }: ExecutionRun, { step, target }: RollbackItem): void {
  const result = finalResults(journal.record, 'rollback').find(
    (found) => found.step === step.step && targetKey(found.target) === targetKey(target),
  );
  if (result !== undefined) publisher.send(stepDraft(journal.record, 'rollback', result));
}
