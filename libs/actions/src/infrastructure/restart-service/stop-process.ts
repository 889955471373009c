import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@cortex/errors';
import { hasVariable, isSameLife, readEnvironment, readTree } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import type { ProcessTarget } from './process-target.ts';
import { marker, markerVariable } from './process-target.ts';

export type StopResult =
  | { readonly ok: true; readonly how: 'SIGTERM' | 'SIGKILL' | 'gone already' }
  | { readonly ok: false; readonly detail: string };

const pollMs = 10;
const afterKillMs = 5_000;

/**
 * SIGTERM to the process, then after the grace period SIGKILL. A stopped process is continued, because it handles no SIGTERM
 * until then, as systemd does. What belongs to it ends with it: a worker that keeps the port would stop the new process
 * from starting.
 */
export async function stopProcess(
  target: ProcessTarget,
  found: ProcessFacts,
  graceMs: number,
  signal: AbortSignal,
): Promise<StopResult> {
  if (!(await isSameLife(found))) return { ok: true, how: 'gone already' };
  // Looked up while it lives: afterwards nobody knows whose child a worker was.
  const members = await treeOf(target, found);
  const refused = send(found.pid, 'SIGTERM');
  if (refused !== undefined) return { ok: false, detail: refused };
  send(found.pid, 'SIGCONT');
  let how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM';
  if (!(await areGoneWithin([found], graceMs, signal))) {
    if (signal.aborted) return { ok: false, detail: `interrupted while process ${found.pid} was ending` };
    how = 'SIGKILL';
    members.push(...(await treeOf(target, found)));
    const killRefused = send(found.pid, 'SIGKILL');
    if (killRefused !== undefined) return { ok: false, detail: killRefused };
    if (!(await areGoneWithin([found], afterKillMs, signal))) {
      return { ok: false, detail: `process ${found.pid} does not end, even by SIGKILL` };
    }
  }
  const rest = await endRemainder(target, found.pid, members, { graceMs: how === 'SIGTERM' ? graceMs : 0, signal });
  return rest === undefined ? { ok: true, how } : { ok: false, detail: rest };
}

/** Ends what is left of a process that is gone. Returns what stands against it. */
export async function endRemainder(
  target: ProcessTarget,
  gone: number,
  known: readonly ProcessFacts[],
  { graceMs, signal }: { readonly graceMs: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const remainder = async () => {
    const found = [...(await treeOf(target, { pid: gone })), ...known];
    const live = await Promise.all(found.map(async (one) => ((await isSameLife(one)) ? [one] : [])));
    return [...new Map(live.flat().map((one) => [one.pid, one])).values()];
  };
  const tell = async (name: 'SIGTERM' | 'SIGKILL', withinMs: number) => {
    const left = await remainder();
    for (const { pid } of left) {
      const refused = send(pid, name);
      if (refused !== undefined) return refused;
      send(pid, 'SIGCONT');
    }
    await areGoneWithin(left, withinMs, signal);
    return undefined;
  };
  if (graceMs > 0) {
    const refused = await tell('SIGTERM', graceMs);
    if (refused !== undefined) return refused;
  }
  const deadline = performance.now() + afterKillMs;
  // What is ended may start others until it is.
  for (let left = await remainder(); left.length > 0; left = await remainder()) {
    if (signal.aborted) return `interrupted while what belonged to process ${gone} was ending`;
    if (performance.now() > deadline) return `process ${left[0]?.pid} does not end, even by SIGKILL`;
    const refused = await tell('SIGKILL', 1_000);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

async function treeOf(
  target: ProcessTarget,
  main: { readonly pid: number; readonly startTicks?: number },
): Promise<ProcessFacts[]> {
  const own = marker(target);
  const tree = await readTree({
    main: main.pid,
    startTicks: main.startTicks,
    isMarked: ({ pid }) => hasVariable(pid, markerVariable, own),
    isForeign: async ({ pid }) => {
      const mark = (await readEnvironment(pid))?.get(markerVariable);
      return mark !== undefined && mark !== own;
    },
  });
  return tree.filter(({ pid }) => pid !== main.pid);
}

async function areGoneWithin(lives: readonly ProcessFacts[], withinMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const living = await Promise.all(lives.map((life) => isSameLife(life)));
    if (!living.includes(true)) return true;
    if (performance.now() >= deadline || signal.aborted) return false;
    await delay(pollMs);
  }
}

/** Sends a signal. Returns undefined for a process that is gone already, the reason for a refusal. */
function send(pid: number, name: 'SIGTERM' | 'SIGCONT' | 'SIGKILL'): string | undefined {
  try {
    process.kill(pid, name);
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
    return `${name} to process ${pid} was refused: ${messageOf(error)}`;
  }
}
