import { spawn, type ChildProcess, type Serializable } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

export interface SupervisedProcessOptions {
  /** The bundle to run. */
  readonly entry: string;
  /** Asked anew for each start. */
  readonly parameters?: () => readonly string[];
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Restart it when it ends by itself. */
  readonly restart: boolean;
  readonly onExit?: (description: string) => void;
  readonly onMessage?: (message: Serializable) => void;
}

/** A child process that is restarted, with growing delays, when it dies. */
export interface SupervisedProcess {
  readonly pid: number | undefined;
  /** Times that it was started, the first included. */
  readonly starts: number;
  /** It has ended, and nobody starts it again. */
  readonly isOver: boolean;
  /** The last lines of its output. */
  readonly tail: readonly string[];
  kill(signal: NodeJS.Signals): void;
  stop(graceMs: number): Promise<void>;
}

/**
 * Semi-spaces of 1 MiB instead of 16: objects that live short are collected more often, and each process keeps some 30 MiB
 * less.
 */
export const memoryFlags = ['--max-semi-space-size=1'] as const;

const firstRestartDelayMs = 200;
const longestRestartDelayMs = 10_000;
/** A process that ran this long starts again without delay growth. */
const stableAfterMs = 10_000;
const tailLines = 15;
/** Time for the output that is left when a process has ended. */
const outputGraceMs = 500;
/** EX_CONFIG: an invalid configuration stays invalid however often it is read. */
const wrongConfiguration = 78;

export function superviseProcess(options: SupervisedProcessOptions): SupervisedProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const tail: string[] = [];
  let child: ChildProcess | undefined;
  let starts = 0;
  let restartDelayMs = firstRestartDelayMs;
  let stopping = false;
  let isOver = false;
  let restartTimer: NodeJS.Timeout | undefined;

  const start = (): void => {
    starts += 1;
    const startedAt = performance.now();
    // Without source maps: each service would read and keep some 30 MiB of them. Bundles keep the names of functions.
    const argv = [...memoryFlags, options.entry, ...(options.parameters?.() ?? [])];
    const started = spawn(process.execPath, argv, {
      env: { ...process.env, ...options.env },
      // A group of its own: Ctrl-C in the terminal goes to the program that runs the stack, which then stops the
      // services in order.
      detached: true,
      // IPC: when this process dies, even by SIGKILL, the service sees the channel close and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (data: Buffer) => keep(data, log, tail));
    if (options.onMessage !== undefined) started.on('message', options.onMessage);
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    whenOver(started, (code, signal) => {
      if (stopping) return;
      isOver = !options.restart || code === wrongConfiguration;
      options.onExit?.(signal === null ? `ended with status ${String(code)}` : `was ended by ${signal}`);
      if (isOver) return;
      if (performance.now() - startedAt > stableAfterMs) restartDelayMs = firstRestartDelayMs;
      restartTimer = setTimeout(start, restartDelayMs);
      restartDelayMs = Math.min(restartDelayMs * 2, longestRestartDelayMs);
    });
  };
  start();

  return {
    get pid() {
      return child?.pid;
    },
    get starts() {
      return starts;
    },
    get isOver() {
      return isOver;
    },
    tail,
    kill: (signal) => void child?.kill(signal),
    async stop(graceMs) {
      stopping = true;
      clearTimeout(restartTimer);
      await end(child, graceMs);
      log.end();
    },
  };
}

/**
 * Calls back when the process has ended and what it said is read: its last words may be heard after its end. A child of it
 * may keep the output open, so the wait has an end.
 */
function whenOver(child: ChildProcess, callBack: (code: number | null, signal: NodeJS.Signals | null) => void): void {
  child.once('exit', (code, signal) => {
    const over = (): void => {
      clearTimeout(timer);
      child.off('close', over);
      callBack(code, signal);
    };
    const timer = setTimeout(over, outputGraceMs);
    child.once('close', over);
  });
}

/** A child of the process may keep its output open, and write to it, when the process itself has ended. */
function keep(data: Buffer, log: WriteStream, tail: string[]): void {
  if (!log.writableEnded) log.write(data);
  tail.push(
    ...data
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
  tail.splice(0, Math.max(0, tail.length - tailLines));
}

async function end(child: ChildProcess | undefined, graceMs: number): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(force);
}
