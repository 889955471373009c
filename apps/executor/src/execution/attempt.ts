import type { ActionContext, ActionResult } from '@cortex/actions';
import type { JsonRecord } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import { recordIntent, recordResult, withdrawIntent } from '@cortex/execution';
import type { ExecutionPhase } from '@cortex/execution';
import { failpoint } from '../failpoint.ts';
import { runEffect } from './run-effect.ts';
import { TryAgainLater } from './errors.ts';
import type { PlannedStep } from './resolve-plan.ts';
import { actionContext, placeOf } from './execution-run.ts';
import type { ExecutionRun } from './execution-run.ts';

/** One operation on one target: a step, or the undo of one. */
export interface Operation {
  readonly phase: ExecutionPhase;
  readonly planned: PlannedStep;
  readonly attempt: number;
  /** For an undo: the observation from before the step. A step observes its target itself. */
  readonly undoes?: JsonRecord;
}

export type AttemptEnd =
  | { readonly kind: 'done' }
  /** The kill switch is on: nothing was begun, and the intent is withdrawn. */
  | { readonly kind: 'stopped'; readonly reason: string }
  /** The action's own guard refuses: nothing was begun. */
  | { readonly kind: 'guarded'; readonly reason: string };

/** Clearances older than this are stale: the process may have been frozen since. */
const freshMs = 1_000;
const never = new AbortController().signal;

/**
 * One attempt: INTENT, effect, RESULT. The INTENT is written while the kill switch and the leases are checked; the
 * effect begins only when all three have succeeded less than a second ago.
 */
export async function attempt(run: ExecutionRun, operation: Operation, onBegin: () => void): Promise<AttemptEnd> {
  const { parts, journal, holds } = run;
  const { planned, phase } = operation;
  const place = placeOf(phase, planned);
  const token = holds.token(planned.target);
  const looking = actionContext(run, planned, { signal: holds.signal, stopRequest: never, token });

  const look = await lookFirst(operation, looking);
  if (!look.ok) return { kind: 'guarded', reason: look.reason };
  const { before } = look;

  const intended = recordIntent(
    journal.record,
    { ...place, attempt: operation.attempt },
    { token, before, at: parts.now() },
  );
  let clearance = await askClearance(run, planned, journal.write(intended));
  failpoint('after_intent');
  if (clearance.kind === 'go' && parts.runtime.monotonicMs() - clearance.askedMs > freshMs)
    clearance = await askClearance(run, planned);
  if (clearance.kind === 'stop') {
    journal.restart(withdrawIntent(journal.record, place));
    return { kind: 'stopped', reason: clearance.reason };
  }
  if (clearance.kind === 'lost') {
    await journal.write(withdrawIntent(journal.record, place));
    throw new TryAgainLater(clearance.reason, 1_000);
  }

  onBegin();
  const stop = new AbortController();
  const unwatch = parts.killSwitch.watchDuring(stop);
  const result = await runEffect((signal) => act(operation, { ...looking, signal, stopRequest: stop.signal }, before), {
    timeoutMs: Math.max(1, planned.step.timeoutMs),
    ...(phase === 'remediation' ? { expectedRecovery: planned.step.expectedRecovery } : {}),
    holdsSignal: holds.signal,
    runtime: parts.runtime,
  }).finally(unwatch);
  failpoint('after_effect');
  await journal.write(recordResult(journal.record, place, planned.step, { ...result, at: parts.now() }));
  failpoint('after_result');
  parts.metrics.actionEnded(planned.action.name, result.outcome);
  return { kind: 'done' };
}

type Look = { readonly ok: true; readonly before: JsonRecord } | { readonly ok: false; readonly reason: string };

/** Runs the action's guard and observes the target. A target that cannot be observed is not touched. */
async function lookFirst({ planned, undoes }: Operation, context: ActionContext): Promise<Look> {
  if (undoes !== undefined) return { ok: true, before: undoes };
  try {
    const refusal = await planned.action.guard?.(planned.params, context);
    if (refusal !== undefined) return { ok: false, reason: refusal };
    return { ok: true, before: await planned.action.observe(planned.params, context) };
  } catch (error) {
    return { ok: false, reason: `cannot be looked at: ${messageOf(error)}` };
  }
}

function act({ planned, undoes }: Operation, context: ActionContext, before: JsonRecord): Promise<ActionResult> {
  const { action, params } = planned;
  if (undoes === undefined) return action.act(params, context, before);
  if (action.undo === undefined) return Promise.resolve({ ok: false, detail: `${action.name} has no undo` });
  return action.undo(params, context, undoes);
}

type Clearance =
  | { readonly kind: 'go'; readonly askedMs: number }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** Writes the intent, reads the kill switch and proves the leases, all in one round trip. */
async function askClearance(
  { parts, holds }: ExecutionRun,
  { target }: PlannedStep,
  write?: Promise<void>,
): Promise<Clearance> {
  const askedMs = parts.runtime.monotonicMs();
  const [written, kill, held] = await Promise.allSettled([
    write ?? Promise.resolve(),
    parts.killSwitch.read(),
    holds.assertHeld(target),
  ]);
  if (written.status === 'rejected') throw written.reason;
  if (held.status === 'rejected') return { kind: 'lost', reason: String(held.reason) };
  if (kill.status === 'rejected') return { kind: 'stop', reason: String(kill.reason) };
  if (kill.value.on) return { kind: 'stop', reason: kill.value.reason };
  return { kind: 'go', askedMs };
}
