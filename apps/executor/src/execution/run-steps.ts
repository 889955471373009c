import { targetKey } from '@cortex/contracts';
import type { ExecutionRecord, StepResult, Target } from '@cortex/contracts';
import {
  completeExecution,
  effectsSoFar,
  finalResults,
  hasBegun,
  nextMove,
  openIntent,
  recordIntent,
  recordResult,
} from '@cortex/execution';
import type { ExecutionEnding } from '@cortex/execution';
import { pause } from '@cortex/runtime';
import { attempt } from './attempt.ts';
import type { Operation, StoppedBy } from './attempt.ts';
import { startedDraft, stepDraft } from './drafts.ts';
import { TryAgainLater } from './errors.ts';
import { whyNoPlace, whyNotYet } from './next-place.ts';
import { preconditionProblem } from './preconditions.ts';
import { resolveAmbiguous } from './resolve-ambiguous.ts';
import type { PlannedStep } from './resolve-plan.ts';
import { placeOf } from './execution-run.ts';
import type { ExecutionRun } from './execution-run.ts';

const firstRetryMs = 250;
const longestRetryMs = 10_000;

/** Makes one move after the other until the journal says that the execution ended. */
export async function runSteps(run: ExecutionRun): Promise<void> {
  const { parts, journal, plan, publisher } = run;
  if (openIntent(journal.record) === undefined) publishAgain(run);
  const placed = new Set<Target>();
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
        publishAgain(run);
        break;
      }
      case 'intent': {
        if (run.draining.aborted) throw new TryAgainLater('this process is draining', 1);
        if (move.attempt > 1)
          await pause(parts.runtime, Math.min(firstRetryMs * 2 ** (move.attempt - 2), longestRetryMs));
        const planned = plan.at('remediation', move.step, move.target);
        const isFirstEffect = effectsSoFar(journal.record) !== 'some';
        const wasBegun = hasBegun(journal.record);
        if (!placed.has(move.target)) {
          // What has not begun does not wait for its place: decision asks again, with what is known by then.
          const lack = wasBegun ? await whyNotYet(run, move.target) : await whyNoPlace(run, move.target);
          if (lack !== undefined) {
            const ending: ExecutionEnding = wasBegun
              ? { outcome: 'failed', reason: lack }
              : { outcome: 'refused', refusedBy: 'budget', reason: lack };
            await journal.write(completeExecution(journal.record, ending, parts.now()));
            return;
          }
          placed.add(move.target);
        }
        const problem = isFirstEffect
          ? await preconditionProblem(parts, journal.record.remediation, run.holds.signal)
          : undefined;
        if (problem !== undefined) return end(run, 'precondition', problem);
        const operation: Operation = { phase: 'remediation', planned, attempt: move.attempt, isFirstEffect };
        const attempted = await attempt(run, operation, () => {
          if (!wasBegun) publisher.send(startedDraft(journal.record));
        });
        if (attempted.kind === 'stopped') return end(run, attempted.by, attempted.reason);
        if (attempted.kind === 'guarded') {
          if (!wasBegun) return end(run, 'precondition', attempted.reason);
          await recordGuarded(run, operation, attempted.reason);
        }
        publishStep(run, planned);
        break;
      }
    }
  }
}

/**
 * After a crash, earlier events may have been lost with the process. Publishing them again is safe: their ids are the
 * same. What has not begun has none.
 */
function publishAgain({ journal, publisher }: ExecutionRun): void {
  if (!hasBegun(journal.record)) return;
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

/**
 * Ends an execution that may not go on: refused, if nothing was begun; ambiguous, if nobody knows what was done; a person's stop
 * is no failure.
 */
async function end({ parts, journal }: ExecutionRun, by: StoppedBy, reason: string): Promise<void> {
  await journal.write(completeExecution(journal.record, endingOf(journal.record, by, reason), parts.now()));
}

function endingOf(record: ExecutionRecord, by: StoppedBy, reason: string): ExecutionEnding {
  if (!hasBegun(record) && by !== 'deadline') return { outcome: 'refused', refusedBy: by, reason };
  return { outcome: outcomeOf(record, by), reason: `${by}: ${reason}` };
}

function outcomeOf(record: ExecutionRecord, by: StoppedBy): ExecutionEnding['outcome'] {
  if (effectsSoFar(record) === 'unknown') return 'ambiguous';
  return by === 'kill_switch' ? 'stopped' : 'failed';
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
