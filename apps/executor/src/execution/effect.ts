import { setTimeout as delay } from 'node:timers/promises';
import type { ActionContext, ActionResult } from '@cortex/actions';
import type { AttemptResult } from '@cortex/playbook';
import { StepTimeoutError } from './errors.ts';

/** How long an action may take to end after its signal aborted, before its effect counts as in doubt. */
const settleMs = 5_000;

export interface EffectOptions {
  readonly timeoutMs: number;
  /** Aborts when a lease is lost. */
  readonly holdsSignal: AbortSignal;
}

/** Runs the effect itself, held to its time and its leases. Never throws: what went wrong is in the result. */
export async function runEffect(
  act: (signal: ActionContext['signal']) => Promise<ActionResult>,
  { timeoutMs, holdsSignal }: EffectOptions,
): Promise<Omit<AttemptResult, 'at'>> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new StepTimeoutError(timeoutMs)), timeoutMs);
  const signal = AbortSignal.any([controller.signal, holdsSignal]);
  const ended = new AbortController();
  try {
    const result = await Promise.race([start(act, signal), unsettled(signal, ended.signal)]);
    const why = signal.aborted ? ` (${messageOf(signal.reason)})` : '';
    if (result === undefined) return { outcome: 'ambiguous', detail: `the action does not end${why}` };
    return {
      outcome: result.ok ? 'succeeded' : 'failed',
      detail: `${result.detail}${result.ok ? '' : why}`,
      ...(result.ok
        ? {}
        : { retryable: result.retryable === true && !signal.aborted, partial: result.partial === true }),
    };
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

async function start(
  act: (signal: ActionContext['signal']) => Promise<ActionResult>,
  signal: ActionContext['signal'],
): Promise<ActionResult> {
  try {
    return await act(signal);
  } catch (error) {
    // How far it came is unknown, so a rollback must look at it.
    return { ok: false, partial: true, detail: `the action broke: ${messageOf(error)}` };
  }
}

/** Resolves when the action had its time to end and did not. */
function unsettled(signal: AbortSignal, ended: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const wait = () =>
      delay(settleMs, undefined, { signal: ended, ref: false }).then(
        () => resolve(undefined),
        () => undefined,
      );
    if (signal.aborted) void wait();
    else signal.addEventListener('abort', () => void wait(), { once: true, signal: ended });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
