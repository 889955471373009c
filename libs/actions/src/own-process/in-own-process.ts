import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { CortexError, messageOf } from '@cortex/errors';
import { readLiveProcess, readTree } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import type { ActionContext, ActionDefinition, ActionResult } from '../define-action.ts';
import type { ActionProcesses } from './action-processes.ts';
import type { ActionTask, Effect, FromAction, ToAction } from './messages.ts';

/** It was told to end, did not, and was killed: what it had done by then nobody knows, and it does nothing more. */
export class ActionKilledError extends CortexError {
  constructor(name: string) {
    super('CORTEX_ACTION_FAILED', `${name} did not end when it was told to, and was killed`);
  }
}

/** How long an action may take to end after its signal aborted. Shorter than an executor waits. */
const graceMs = 3_000;

/**
 * The action with its effects in a process of their own, because only a process can be ended that does not heed its signal: what
 * acts on after its lease is gone acts beside the next owner. What only looks stays here.
 */
export function inOwnProcess(action: ActionDefinition, processes: ActionProcesses): ActionDefinition {
  const effect =
    (of: Effect): NonNullable<ActionDefinition['undo']> =>
    (params, { signal, stopRequest, log, target, facts, executionId, token }, before) => {
      const context = { target, facts, executionId, token };
      return run({ name: action.name, effect: of, params, context, before }, { signal, stopRequest, log }, processes);
    };
  return {
    ...action,
    async observe(params, context) {
      await processes.prepare();
      return action.observe(params, context);
    },
    act: effect('act'),
    ...(action.undo === undefined ? {} : { undo: effect('undo') }),
  };
}

type Ears = Pick<ActionContext, 'signal' | 'stopRequest' | 'log'>;

async function run(
  task: ActionTask,
  { signal, stopRequest, log }: Ears,
  processes: ActionProcesses,
): Promise<ActionResult> {
  const child = await processes.take();
  // What it told last may be read after its end is seen, but before the channel is closed.
  const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (signal.aborted) {
    await kill(child, gone);
    return { ok: false, detail: 'interrupted before anything was done' };
  }
  const tell = (told: ToAction) => (child.connected ? child.send(told, () => undefined) : false);
  const settled = new AbortController();
  let result: ActionResult | undefined;
  let problem = 'its process ended without a result';
  child.on('message', (told: FromAction) => {
    if (told.is === 'log') log(told.message, told.data);
    else if (told.is === 'result') ({ result } = told);
    else if (told.is === 'broke') problem = told.message;
  });
  const onStop = () => tell({ is: 'stop' });
  if (stopRequest.aborted) onStop();
  else stopRequest.addEventListener('abort', onStop, { once: true, signal: settled.signal });
  const overstayed = waitForGrace(signal, settled.signal, (reason) => tell({ is: 'abort', reason }));
  try {
    tell({ is: 'task', task });
    if ((await Promise.race([gone, overstayed])) === 'overstayed') throw new ActionKilledError(task.name);
    if (result !== undefined) return result;
    throw new CortexError('CORTEX_ACTION_FAILED', problem);
  } finally {
    settled.abort();
    if (child.exitCode === null && child.signalCode === null) await kill(child, gone);
  }
}

/** Settles when the action has been told to end, and had its time for it. */
async function waitForGrace(
  signal: AbortSignal,
  settled: AbortSignal,
  onAbort: (reason: string) => void,
): Promise<'overstayed'> {
  const never = new Promise<never>(() => undefined);
  if (!signal.aborted) await once(signal, 'abort', { signal: settled }).catch(() => never);
  onAbort(messageOf(signal.reason));
  await delay(graceMs, undefined, { signal: settled }).catch(() => never);
  return 'overstayed';
}

/** Ends the process and what it started, and returns when none of it is left. */
async function kill(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const startTicks = (await readLiveProcess(pid))?.startTicks;
  const known = new Map<number, ProcessFacts>();
  for (;;) {
    const tree = await readTree({ main: pid, startTicks, isMarked: async () => false, isForeign: async () => false });
    for (const one of tree) known.set(one.pid, one);
    const living = await Promise.all(
      [...known.values()].map(async (one) => ({ one, now: await readLiveProcess(one.pid) })),
    );
    const left = living.filter(({ one, now }) => now?.startTicks === one.startTicks);
    if (left.length === 0) break;
    for (const { one } of left) send(one.pid);
    await delay(10);
  }
  await gone;
}

function send(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
