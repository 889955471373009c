import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@cortex/errors';
import { isSameLife } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';

export type StopResult =
  | { readonly ok: true; readonly how: 'SIGTERM' | 'SIGKILL' | 'gone already' }
  | { readonly ok: false; readonly detail: string };

const pollMs = 10;
const afterKillMs = 5_000;

/**
 * SIGTERM, then after the grace period SIGKILL, to this life of the process alone. A stopped process is continued,
 * because it handles no SIGTERM until then, as systemd does. If it leads its process group, the rest of the group is
 * killed too: a worker that keeps the port would stop the new process from starting.
 */
export async function stopProcess(found: ProcessFacts, graceMs: number, signal: AbortSignal): Promise<StopResult> {
  if (!(await isSameLife(found))) return { ok: true, how: 'gone already' };
  const refused = send(found.pid, 'SIGTERM');
  if (refused !== undefined) return { ok: false, detail: refused };
  send(found.pid, 'SIGCONT');
  let how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM';
  if (!(await isGoneWithin(found, graceMs, signal))) {
    if (signal.aborted) return { ok: false, detail: `interrupted while process ${found.pid} was ending` };
    how = 'SIGKILL';
    const killRefused = send(leadsGroup(found) ? -found.pid : found.pid, 'SIGKILL');
    if (killRefused !== undefined) return { ok: false, detail: killRefused };
    if (!(await isGoneWithin(found, afterKillMs, signal))) {
      return { ok: false, detail: `process ${found.pid} does not end, even by SIGKILL` };
    }
  }
  if (leadsGroup(found)) send(-found.pid, 'SIGKILL');
  return { ok: true, how };
}

function leadsGroup(found: ProcessFacts): boolean {
  return found.group === found.pid;
}

async function isGoneWithin(found: ProcessFacts, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (!(await isSameLife(found))) return true;
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
    return `${name} to process ${Math.abs(pid)} was refused: ${messageOf(error)}`;
  }
}
