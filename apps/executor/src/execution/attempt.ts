import type { ActionContext, ActionResult } from '@cortex/actions';
import type { JsonRecord, RefusedBy } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import { recordIntent, recordResult, withdrawIntent } from '@cortex/execution';
import type { ExecutionPhase } from '@cortex/execution';
import { failpoint } from '../failpoint.ts';
import { objectionAtOnce, objectionToBegin } from './may-begin.ts';
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
  /** Nothing has taken effect in this execution yet: then it is asked again whether the plan may begin at all. */
  readonly isFirstEffect?: boolean;
  /** For an undo: the observation from before the step. A step observes its target itself. */
  readonly undoes?: JsonRecord;
}

export type AttemptEnd =
  | { readonly kind: 'done' }
  /** Something stands against it: nothing was begun, and the intent is withdrawn. */
  | { readonly kind: 'stopped'; readonly by: StoppedBy; readonly reason: string }
  /** The action's own guard refuses: nothing was begun. */
  | { readonly kind: 'guarded'; readonly reason: string };

/** `deadline`: the execution took longer than anybody waits for it. */
export type StoppedBy = RefusedBy | 'deadline';

/** Clearances older than this are stale: the process may have been frozen since. */
const freshMs = 1_000;
const never = new AbortController().signal;

/**
 * One attempt: INTENT, effect, RESULT. The INTENT is written while the kill switch and the leases are checked; the
 * effect begins only when all have succeeded less than a second ago. Before the first effect of an execution everything
 * that could stand against its plan is asked for too, whatever the journal has: also after a crash or a freeze.
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
  let clearance = await askClearance(run, operation, journal.write(intended));
  failpoint('after_intent');
  if (clearance.kind === 'go' && parts.runtime.monotonicMs() - clearance.askedMs > freshMs)
    clearance = await askClearance(run, operation);
  if (clearance.kind === 'stop') {
    journal.restart(withdrawIntent(journal.record, place));
    return { kind: 'stopped', by: clearance.by, reason: clearance.reason };
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
  const ended = { ...result, stopped: stop.signal.aborted, at: parts.now() };
  await journal.write(recordResult(journal.record, place, planned.step, ended));
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
  | { readonly kind: 'stop'; readonly by: StoppedBy; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** Writes the intent, reads the kill switch, proves the leases and asks what stands against a first effect, all at once. */
async function askClearance(
  { parts, holds, journal, deadline }: ExecutionRun,
  { planned: { target }, isFirstEffect = false }: Operation,
  write?: Promise<void>,
): Promise<Clearance> {
  const { remediation } = journal.record;
  const askedMs = parts.runtime.monotonicMs();
  const [written, kill, held, asked] = await Promise.allSettled([
    write ?? Promise.resolve(),
    parts.killSwitch.read(),
    holds.assertHeld(target),
    isFirstEffect ? objectionToBegin(parts, remediation) : undefined,
  ]);
  if (written.status === 'rejected') throw written.reason;
  if (held.status === 'rejected') return { kind: 'lost', reason: String(held.reason) };
  if (kill.status === 'rejected') return { kind: 'stop', by: 'kill_switch', reason: String(kill.reason) };
  if (kill.value.on) return { kind: 'stop', by: 'kill_switch', reason: kill.value.reason };
  if (asked.status === 'rejected') throw asked.reason;
  const objection = isFirstEffect ? (objectionAtOnce(parts, remediation) ?? asked.value) : undefined;
  if (objection !== undefined) return { kind: 'stop', ...objection };
  if (parts.now() > deadline) {
    return { kind: 'stop', by: 'deadline', reason: `nobody waits for it after ${deadline.toISOString()}` };
  }
  return { kind: 'go', askedMs };
}
