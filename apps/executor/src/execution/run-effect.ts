import { ActionKilledError } from '@cortex/actions';
import type { ActionContext, ActionResult } from '@cortex/actions';
import type { PlaybookStep } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import type { AttemptResult } from '@cortex/execution';
import { pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { StepTimeoutError } from './errors.ts';
import { describeRecovery } from './recovery.ts';

/** How long an action may take to end after its signal aborted, before its effect counts as ambiguous. */
const settleMs = 5_000;

export interface EffectOptions {
  readonly timeoutMs: number;
  /** Aborts when a lease is lost. */
  readonly holdsSignal: AbortSignal;
  /** The recovery that the step is expected to achieve, in percent. */
  readonly expectedRecovery?: PlaybookStep['expectedRecovery'];
  readonly runtime: Pick<Runtime, 'after'>;
}

/** Runs the effect itself, within its timeout and its leases. Never throws: an error becomes part of the result. */
export async function runEffect(
  act: (signal: ActionContext['signal']) => Promise<ActionResult>,
  { timeoutMs, holdsSignal, expectedRecovery, runtime }: EffectOptions,
): Promise<Omit<AttemptResult, 'at'>> {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = runtime.after(timeoutMs, () => controller.abort(new StepTimeoutError(timeoutMs)));
  const onLost = (): void => controller.abort(holdsSignal.reason);
  if (holdsSignal.aborted) onLost();
  else holdsSignal.addEventListener('abort', onLost, { once: true });
  const ended = new AbortController();
  try {
    const result = await Promise.race([start(act, signal), unsettled(runtime, signal, ended.signal)]);
    const why = signal.aborted ? ` (${messageOf(signal.reason)})` : '';
    if (result === undefined) return { outcome: 'ambiguous', detail: `the action does not end${why}` };
    const recovery =
      expectedRecovery === undefined ? '' : `; ${describeRecovery(expectedRecovery, result.recoveredPercent)}`;
    return {
      outcome: result.ok ? 'succeeded' : 'failed',
      detail: `${result.detail}${result.ok ? recovery : why}`,
      ...(result.ok
        ? {}
        : { retryable: result.retryable === true && !signal.aborted, partial: result.partial === true }),
    };
  } finally {
    timer.cancel();
    holdsSignal.removeEventListener('abort', onLost);
    ended.abort();
  }
}

async function start(
  act: (signal: ActionContext['signal']) => Promise<ActionResult>,
  signal: ActionContext['signal'],
): Promise<ActionResult | undefined> {
  try {
    return await act(signal);
  } catch (error) {
    if (error instanceof ActionKilledError) return undefined;
    // It may have taken partial effect, so a rollback must look at it.
    return { ok: false, partial: true, detail: `the action broke: ${messageOf(error)}` };
  }
}

/** Resolves when the action had its time to end and did not; never when it ended. */
function unsettled(runtime: Pick<Runtime, 'after'>, signal: AbortSignal, ended: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const wait = async (): Promise<void> => {
      await pause(runtime, settleMs, ended);
      if (!ended.aborted) resolve(undefined);
    };
    if (signal.aborted) void wait();
    else signal.addEventListener('abort', () => void wait(), { once: true, signal: ended });
  });
}
