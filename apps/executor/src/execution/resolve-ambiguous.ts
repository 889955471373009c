import { messageOf } from '@cortex/errors';
import { withDeadline } from '@cortex/runtime';
import type { ProbeVerdict } from '@cortex/actions';
import type { JournalEntry, OnAmbiguous } from '@cortex/contracts';
import { recordRepeat, recordResult } from '@cortex/execution';
import type { Operation } from './attempt.ts';
import { actionContext, placeOf } from './execution-run.ts';
import type { ExecutionRun } from './execution-run.ts';

const probeTimeoutMs = 30_000;

/** Settles an intent that a crash left open: did the effect happen? Probes the target before anything is repeated. */
export async function resolveAmbiguous(
  run: ExecutionRun,
  operation: Omit<Operation, 'attempt'>,
  entry: JournalEntry,
): Promise<void> {
  const { parts, journal } = run;
  const { planned, phase } = operation;
  const place = placeOf(phase, planned);
  const answer = answerOf(operation);
  const verdict = await verdictOf(run, operation, entry, answer);
  parts.logger.warn(
    { executionId: journal.record.remediation.executionId, step: planned.step.step, phase, verdict },
    'a crash left a step open',
  );
  if (verdict === 'no_effect') {
    await journal.write(recordRepeat(journal.record, place, answer === 'probe'));
    return;
  }
  const result =
    verdict === 'took_effect'
      ? ({ outcome: 'succeeded', detail: 'found done after a crash', inferred: true } as const)
      : ({ outcome: 'ambiguous', detail: 'a crash left it open whether it was done, and nothing can tell' } as const);
  await journal.write(recordResult(journal.record, place, planned.step, { ...result, at: parts.now() }));
  parts.metrics.actionEnded(planned.action.name, result.outcome);
}

function answerOf({ planned, undoes }: Omit<Operation, 'attempt'>): OnAmbiguous {
  return undoes === undefined ? planned.onAmbiguous : undoAnswer(planned.action);
}

async function verdictOf(
  run: ExecutionRun,
  { planned }: Omit<Operation, 'attempt'>,
  entry: JournalEntry,
  answer: OnAmbiguous,
): Promise<ProbeVerdict> {
  switch (answer) {
    case 'retry':
      return 'no_effect';
    case 'escalate':
      return 'unknown';
    case 'probe':
      return withDeadline(
        probeTimeoutMs,
        run.holds.signal,
        (signal) => probe(run, planned, entry, signal),
        run.parts.runtime,
      );
  }
}

async function probe(
  run: ExecutionRun,
  planned: Operation['planned'],
  entry: JournalEntry,
  signal: AbortSignal,
): Promise<ProbeVerdict> {
  const token = run.holds.token(planned.target);
  const context = actionContext(run, planned, { signal, stopRequest: signal, token });
  try {
    return (await planned.action.probe?.(planned.params, context, entry.before)) ?? 'unknown';
  } catch (error) {
    context.log('the probe broke', { error: messageOf(error) });
    return 'unknown';
  }
}

/** A rollback happens once at most, so only an idempotent undo is repeated. INV-11. */
function undoAnswer(action: { readonly idempotent: boolean; readonly isUndoIdempotent?: boolean }): OnAmbiguous {
  return (action.isUndoIdempotent ?? action.idempotent) ? 'retry' : 'escalate';
}
