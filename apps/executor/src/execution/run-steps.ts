import { targetKey } from '@cortex/contracts';
import type { ExecutionRecord, StepResult, Target } from '@cortex/contracts';
import { completeExecution, finalResults, hasNoEffect, nextMove, recordIntent, recordResult } from '@cortex/execution';
import type { ExecutionEnding } from '@cortex/execution';
import { pause } from '@cortex/runtime';
import { attempt } from './attempt.ts';
import type { Operation } from './attempt.ts';
import { startedDraft, stepDraft } from './drafts.ts';
import { TryAgainLater } from './errors.ts';
import { resolveAmbiguous } from './resolve-ambiguous.ts';
import type { PlannedStep } from './resolve-plan.ts';
import { placeOf } from './execution-run.ts';
import type { ExecutionRun } from './execution-run.ts';

const firstRetryMs = 250;
const longestRetryMs = 10_000;

/** Makes one move after the other until the journal says that the execution ended. */
export async function runSteps(run: ExecutionRun): Promise<void> {
  const { parts, journal, plan, publisher } = run;
  if (journal.record.entries.length > 0) publishAgain(run);
  for (;;) {
    const move = nextMove(journal.record);
    switch (move.kind) {
      case 'ended':
        return;
      case 'complete':
        await journal.write(completeExecution(journal.record, move, parts.now()));
        return;
      case 'resolve_ambiguous': {
        const planned = plan.at('remediation', move.step, move.target);
        await resolveAmbiguous(run, { phase: 'remediation', planned }, move.entry);
        publishStep(run, planned);
        break;
      }
      case 'intent': {
        if (run.draining.aborted) throw new TryAgainLater('this process is draining', 1);
        if (move.attempt > 1)
          await pause(parts.runtime, Math.min(firstRetryMs * 2 ** (move.attempt - 2), longestRetryMs));
        const planned = plan.at('remediation', move.step, move.target);
        const isFirst = hasNoEffect(journal.record);
        const operation: Operation = { phase: 'remediation', planned, attempt: move.attempt };
        const end = await attempt(run, operation, () => {
          if (isFirst) publisher.send(startedDraft(journal.record));
        });
        if (end.kind === 'stopped') {
          await journal.write(completeExecution(journal.record, stoppedBy(end.reason, isFirst), parts.now()));
          return;
        }
        if (end.kind === 'guarded') {
          if (isFirst) {
            const ending: ExecutionEnding = { outcome: 'refused', refusedBy: 'precondition', reason: end.reason };
            await journal.write(completeExecution(journal.record, ending, parts.now()));
            return;
          }
          await recordGuarded(run, operation, end.reason);
        }
        publishStep(run, planned);
        break;
      }
    }
  }
}

/**
 * After a crash, earlier events may have been lost with the process. Publishing them again is safe: their ids are the
 * same.
 */
function publishAgain({ journal, publisher }: ExecutionRun): void {
  publisher.send(startedDraft(journal.record));
  for (const result of settledResults(journal.record)) publisher.send(stepDraft(journal.record, 'remediation', result));
}

/** Publishes that a step ended on a target, once no further attempt follows. */
function publishStep({ journal, publisher }: ExecutionRun, { step, target }: PlannedStep): void {
  const result = settledResults(journal.record).find((found) => isAt(found, step.step, target));
  if (result !== undefined) publisher.send(stepDraft(journal.record, 'remediation', result));
}

function settledResults(record: ExecutionRecord): readonly StepResult[] {
  const move = nextMove(record);
  const results = finalResults(record, 'remediation');
  if (move.kind !== 'intent' && move.kind !== 'resolve_ambiguous') return results;
  return results.filter((result) => !isAt(result, move.step.step, move.target));
}

function isAt(result: StepResult, step: number, target: Target): boolean {
  return result.step === step && targetKey(result.target) === targetKey(target);
}

function stoppedBy(reason: string, isFirst: boolean): ExecutionEnding {
  return isFirst
    ? { outcome: 'refused', refusedBy: 'kill_switch', reason }
    : { outcome: 'failed', reason: `kill_switch: ${reason}` };
}

/** A later step that its action's guard refuses: it failed without an effect, and intent and result are one write. */
async function recordGuarded(
  { parts, journal, holds }: ExecutionRun,
  { planned, phase, attempt: number }: Operation,
  reason: string,
): Promise<void> {
  const place = placeOf(phase, planned);
  const at = parts.now();
  const fields = { token: holds.token(planned.target), before: {}, at };
  const open = recordIntent(journal.record, { ...place, attempt: number }, fields);
  await journal.write(recordResult(open, place, planned.step, { outcome: 'failed', detail: `refused: ${reason}`, at }));
}
