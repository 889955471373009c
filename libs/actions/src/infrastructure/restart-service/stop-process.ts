import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@cortex/errors';
import { hasVariable, isSameLife, readEnvironment, readTree } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import type { ProcessTarget } from './process-target.ts';
import { marker, markerVariable } from './process-target.ts';

export type StopResult =
  | {
      readonly ok: true;
      readonly how: 'SIGTERM' | 'SIGKILL' | 'gone already';
      /** What belonged to it and outlived it, in words; undefined when nothing did. */ readonly remainder:
        string | undefined;
    }
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
  if (!(await isSameLife(found))) return { ok: true, how: 'gone already', remainder: undefined };
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
  if (rest.problem === undefined) return { ok: true, how, remainder: rest.ended };
  const parts = [`process ${found.pid} ended by ${how}`, rest.ended, rest.problem];
  return { ok: false, detail: parts.filter((part) => part !== undefined).join('; ') };
}

export interface EndedRemainder {
  /** What was ended, in words; undefined when nothing was left. */
  readonly ended: string | undefined;
  /** What stands against ending all of it. */
  readonly problem: string | undefined;
}

/** Ends what is left of a process that is gone. */
export async function endRemainder(
  target: ProcessTarget,
  gone: number,
  known: readonly ProcessFacts[],
  { graceMs, signal }: { readonly graceMs: number; readonly signal: AbortSignal },
): Promise<EndedRemainder> {
  const ending = new Map<number, ProcessFacts>();
  const remainder = async () => {
    const found = [...(await treeOf(target, { pid: gone })), ...known];
    const live = await Promise.all(found.map(async (one) => ((await isSameLife(one)) ? [one] : [])));
    return [...new Map(live.flat().map((one) => [one.pid, one])).values()];
  };
  const tell = async (name: 'SIGTERM' | 'SIGKILL', withinMs: number) => {
    const left = await remainder();
    for (const one of left) {
      const refused = send(one.pid, name);
      if (refused !== undefined) return refused;
      send(one.pid, 'SIGCONT');
      ending.set(one.pid, one);
    }
    await areGoneWithin(left, withinMs, signal);
    return undefined;
  };
  const outcome = async (problem?: string) => ({ ended: await inWords(gone, [...ending.values()]), problem });
  if (graceMs > 0) {
    const refused = await tell('SIGTERM', graceMs);
    if (refused !== undefined) return outcome(refused);
  }
  const deadline = performance.now() + afterKillMs;
  // What is ended may start others until it is.
  for (let left = await remainder(); left.length > 0; left = await remainder()) {
    if (signal.aborted) return outcome(`interrupted while what belonged to process ${gone} was ending`);
    if (performance.now() > deadline) return outcome(`process ${left[0]?.pid} does not end, even by SIGKILL`);
    const refused = await tell('SIGKILL', 1_000);
    if (refused !== undefined) return outcome(refused);
  }
  return outcome();
}

async function inWords(gone: number, told: readonly ProcessFacts[]): Promise<string | undefined> {
  const living = await Promise.all(told.map((one) => isSameLife(one)));
  const count = living.filter((lives) => !lives).length;
  return count === 0
    ? undefined
    : `ended what was left of process ${gone}: ${count} ${count === 1 ? 'process' : 'processes'}`;
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
