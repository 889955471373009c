import { randomUUID } from 'node:crypto';
import { chown, link, open, readFile, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createPidFile, readIdentity, readLiveProcess, readPidFile, writePidFile } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import { findService } from './find-service.ts';
import type { FoundService } from './find-service.ts';
import { lastWords } from './last-words.ts';
import { launch } from './launch.ts';
import type { Launched } from './launch.ts';
import type { ProcessTarget } from './process-target.ts';
import { environmentOf, prepareStart } from './prepare-start.ts';
import type { RunAs, RunAsResult } from './run-as.ts';
import { endRemainder, stopProcess } from './stop-process.ts';

export type StartResult =
  | { readonly ok: true; readonly process: ProcessFacts; readonly detail: string }
  | {
      readonly ok: false;
      readonly detail: string;
      /** It was known beforehand that it cannot be started: nothing was ended and nothing started. */
      readonly isUntouched?: true;
    };

export interface StartOptions {
  /** Wait until it has stayed up for a moment; otherwise return as soon as it exists. */
  readonly waitsUntilUp: boolean;
  readonly timeoutMs: number;
  /** For what is left of an earlier process. */
  readonly graceMs: number;
  /** As whom, where the start was prepared before the old process was ended; undefined: it is prepared before anything is. */
  readonly runAs: RunAs | undefined;
  readonly signal: AbortSignal;
}

/** A process that rests for so long has not failed at its start, and is not about to fork and end. */
const stableMs = 300;
/** One that never rests is taken for up after this. */
const longestStartMs = 3_000;
const pollMs = 15;

/** Starts the service once: under a lock beside the pid file, and only if no process of it is found. */
export async function startProcess(target: ProcessTarget, options: StartOptions): Promise<StartResult> {
  const lock = `${target.facts.pidFile}.starting`;
  if (!(await takeLock(lock))) return { ok: false, detail: `another start is under way: ${lock} is held` };
  try {
    const found = await findService(target);
    if (found.status === 'unclear') return { ok: false, detail: found.detail };
    if (found.status === 'running') return await adopt(target, found.process);
    if (target.facts.startCommand === undefined) return await awaitSupervisor(target, options);
    const prepared = await prepare(target, options);
    if (!prepared.ok) return { ok: false, detail: prepared.detail, isUntouched: true };
    const rest = found.gone === undefined ? undefined : await endRemainder(target, found.gone, [], options);
    const started: StartResult =
      rest?.problem === undefined
        ? await startAnew(target, target.facts.startCommand, prepared.runAs, options)
        : { ok: false, detail: rest.problem };
    return rest?.ended === undefined ? started : { ...started, detail: `${rest.ended}; ${started.detail}` };
  } finally {
    await unlink(lock).catch(() => undefined);
  }
}

async function prepare(target: ProcessTarget, { runAs }: StartOptions): Promise<RunAsResult> {
  return runAs === undefined ? prepareStart(target, undefined) : { ok: true, runAs };
}

/** Takes over a running process whose pid file was never written. */
export async function adopt(target: ProcessTarget, found: ProcessFacts): Promise<StartResult> {
  await writePidFile(target.facts.pidFile, found.pid);
  return { ok: true, process: found, detail: `process ${found.pid} is running already` };
}

async function startAnew(
  target: ProcessTarget,
  argv: readonly string[],
  runAs: RunAs,
  options: StartOptions,
): Promise<StartResult> {
  const { logFile, pidFile } = target.facts;
  const log = logFile === undefined ? undefined : await open(logFile, 'a+', 0o640);
  const logStart = (await log?.stat())?.size ?? 0;
  try {
    if (options.signal.aborted) return { ok: false, detail: 'interrupted before the start' };
    // A program may write it before Cortex can: what is there then is newer than what Cortex would write.
    await unlink(pidFile).catch(() => undefined);
    const launched = await launch({
      argv,
      cwd: runAs.cwd,
      env: environmentOf(target, runAs),
      log: log?.fd,
      runAs,
    });
    if (!launched.ok) return launched;
    try {
      const result = await awaitUp(target, launched, runAs, options);
      if (result.ok || launched.ended() === undefined || log === undefined) return result;
      return { ok: false, detail: `${result.detail}; ${await lastWords(log, logStart, logFile ?? '')}` };
    } finally {
      launched.release();
    }
  } finally {
    await log?.close();
  }
}

type Running = Extract<Launched, { readonly ok: true }>;

async function awaitUp(
  target: ProcessTarget,
  launched: Running,
  runAs: RunAs,
  options: StartOptions,
): Promise<StartResult> {
  const deadline = performance.now() + options.timeoutMs;
  const stableAfterMs = options.waitsUntilUp ? stableMs : 0;
  let up: { readonly process: ProcessFacts; readonly sinceMs: number; readonly seenMs: number } | undefined;
  let detail = 'it did not stay up in time';
  while (performance.now() < deadline && !options.signal.aborted) {
    const ended = launched.ended();
    if (ended !== undefined && ended.status !== null && ended.status !== 0) {
      return { ok: false, detail: `the new process ended at once with status ${ended.status}` };
    }
    if (ended?.signal) return { ok: false, detail: `the new process was ended by ${ended.signal}` };
    const found = await findStarted(target, launched);
    if (found.status === 'unclear') detail = found.detail;
    if (found.status === 'running') {
      const nowMs = performance.now();
      const { process: live } = found;
      const isSame = up?.process.pid === live.pid && up.process.startTicks === live.startTicks;
      const rests = isSame && !live.isBusy && up?.process.usedTicks === live.usedTicks;
      const [sinceMs, seenMs] = [rests ? up?.sinceMs : undefined, isSame ? up?.seenMs : undefined];
      up = { process: live, sinceMs: sinceMs ?? nowMs, seenMs: seenMs ?? nowMs };
      if (nowMs - up.sinceMs >= stableAfterMs || nowMs - up.seenMs >= longestStartMs) {
        if (runAs.neverRoot && (await readIdentity(up.process.pid))?.uid === 0) {
          await stopProcess(target, up.process, options.graceMs, options.signal);
          return { ok: false, detail: 'it came up as root, which it was not before, and was ended: see user' };
        }
        if (!found.inPidFile) await notePid(target, up.process.pid, runAs);
        return { ok: true, process: up.process, detail: `process ${up.process.pid} is running` };
      }
    }
    await delay(pollMs);
  }
  return { ok: false, detail: options.signal.aborted ? 'interrupted while starting' : detail };
}

/**
 * What was started is the service while it lives and no pid file names another, also when it has written over its title and its
 * mark, as some servers do. Only when it has ended is it looked for among all processes: with many starts at once that takes long.
 */
async function findStarted(target: ProcessTarget, launched: Running): Promise<FoundService> {
  const isNamed = (await readPidFile(target.facts.pidFile)).status !== 'missing';
  if (!isNamed && launched.ended() === undefined) {
    const process = await readLiveProcess(launched.pid);
    if (process !== undefined) return { status: 'running', process, inPidFile: false };
  }
  const found = await findService(target);
  if (found.status === 'running' || launched.ended() !== undefined) return found;
  const process = await readLiveProcess(launched.pid);
  return process === undefined ? found : { status: 'running', process, inPidFile: false };
}

/** What the program has written meanwhile stays. Its user owns the file, which tells as whom it ran when it is gone. */
async function notePid({ facts: { pidFile } }: ProcessTarget, pid: number, runAs: RunAs): Promise<void> {
  if (!(await createPidFile(pidFile, pid))) return;
  if (process.geteuid?.() === 0 && runAs.uid !== 0) await chown(pidFile, runAs.uid, runAs.gid);
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
