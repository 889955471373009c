import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, open, readFile, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { baseEnvironment } from '../../run-program.ts';
import { readLiveProcess, writePidFile } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import { findService } from './find-service.ts';
import type { ProcessTarget } from './process-target.ts';
import { marker, markerVariable } from './process-target.ts';

export type StartResult =
  | { readonly ok: true; readonly process: ProcessFacts; readonly detail: string }
  | { readonly ok: false; readonly detail: string };

export interface StartOptions {
  /** Wait until it has stayed up for a moment; otherwise return as soon as it exists. */
  readonly waitsUntilUp: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A process that lives this long has not failed at its start. */
const stableMs = 300;
const pollMs = 15;

/** Starts the service once: under a lock beside the pid file, and only if no process of it is found. */
export async function startProcess(target: ProcessTarget, options: StartOptions): Promise<StartResult> {
  const lock = `${target.facts.pidFile}.starting`;
  if (!(await takeLock(lock))) return { ok: false, detail: `another start is under way: ${lock} is held` };
  try {
    const found = await findService(target);
    if (found.status === 'foreign') return { ok: false, detail: found.detail };
    if (found.status === 'running') return adopt(target, found.process);
    if (target.facts.startCommand === undefined) return await awaitSupervisor(target, options);
    return await launch(target, target.facts.startCommand, options);
  } finally {
    await unlink(lock).catch(() => undefined);
  }
}

/** Takes over a running process whose pid file was never written. */
export async function adopt(target: ProcessTarget, found: ProcessFacts): Promise<StartResult> {
  await writePidFile(target.facts.pidFile, found.pid);
  return { ok: true, process: found, detail: `process ${found.pid} is running already` };
}

async function launch(
  target: ProcessTarget,
  [program = '', ...args]: readonly string[],
  options: StartOptions,
): Promise<StartResult> {
  const { cwd, env, logFile, pidFile } = target.facts;
  const log = logFile === undefined ? undefined : await open(logFile, 'a', 0o640);
  try {
    if (options.signal.aborted) return { ok: false, detail: 'interrupted before the start' };
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...baseEnvironment(), ...env, [markerVariable]: marker(target) },
      shell: false,
      // A session of its own: it outlives Cortex, and its group can be ended whole.
      detached: true,
      stdio: ['ignore', log?.fd ?? 'ignore', log?.fd ?? 'ignore'],
    });
    const started = await spawned(child);
    if (started !== undefined) return { ok: false, detail: `${program} cannot be started: ${started}` };
    child.unref();
    if (child.pid === undefined) return { ok: false, detail: `${program} cannot be started` };
    await writePidFile(pidFile, child.pid);
    return await awaitUp(target, child, options);
  } finally {
    await log?.close();
  }
}

function spawned(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', (error) => resolve(error.message));
  });
}

async function awaitUp(target: ProcessTarget, child: ChildProcess, options: StartOptions): Promise<StartResult> {
  const deadline = performance.now() + options.timeoutMs;
  const stableAfterMs = options.waitsUntilUp ? stableMs : 0;
  let up: { readonly process: ProcessFacts; readonly sinceMs: number } | undefined;
  while (performance.now() < deadline && !options.signal.aborted) {
    if (child.exitCode !== null && child.exitCode !== 0) {
      return { ok: false, detail: `the new process ended at once with status ${child.exitCode}` };
    }
    if (child.signalCode !== null) return { ok: false, detail: `the new process was ended by ${child.signalCode}` };
    const found = await findService(target);
    if (found.status === 'running') {
      const isSame = up?.process.pid === found.process.pid && up.process.startTicks === found.process.startTicks;
      up = isSame ? up : { process: found.process, sinceMs: performance.now() };
      if (up !== undefined && performance.now() - up.sinceMs >= stableAfterMs) {
        return { ok: true, process: up.process, detail: `process ${up.process.pid} is running` };
      }
    }
    await delay(pollMs);
  }
  return { ok: false, detail: options.signal.aborted ? 'interrupted while starting' : 'it did not stay up in time' };
}

/** Without a start command a supervisor restarts the process; this waits for the pid file to name it. */
async function awaitSupervisor(target: ProcessTarget, options: StartOptions): Promise<StartResult> {
  const deadline = performance.now() + options.timeoutMs;
  while (performance.now() < deadline && !options.signal.aborted) {
    const found = await findService(target);
    if (found.status === 'running') {
      return { ok: true, process: found.process, detail: `its supervisor started process ${found.process.pid}` };
    }
    await delay(pollMs);
  }
  return { ok: false, detail: 'there is no start_command, and nobody else started it in time' };
}

/**
 * The lock names its holder, so that a dead holder does not lock forever. It is written under another name and then
 * linked to its own, so that it is never seen without its content.
 */
async function takeLock(path: string): Promise<boolean> {
  const own = await readLiveProcess(process.pid);
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, `${process.pid} ${own?.startTicks ?? 0}`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        await link(aside, path);
        return true;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        if (await isHolderAlive(path)) return false;
        await unlink(path).catch(() => undefined);
      }
    }
    return false;
  } finally {
    await unlink(aside);
  }
}

async function isHolderAlive(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pid, startTicks] = text.split(' ').map(Number);
  if (pid === undefined || !Number.isInteger(pid) || pid < 1) return false;
  return (await readLiveProcess(pid))?.startTicks === startTicks;
}
