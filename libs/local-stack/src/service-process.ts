import type { AppName } from '@cortex/contracts';
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './errors.ts';

export interface ServiceProcessOptions {
  readonly name: AppName;
  /** The bundle to run. */
  readonly entry: string;
  readonly port: number;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Restart it when it ends by itself. */
  readonly restart: boolean;
  readonly onExit?: (description: string) => void;
}

/** One service as a child process, restarted with growing delays when it dies. */
export interface ServiceProcess {
  readonly name: AppName;
  readonly port: number;
  readonly pid: number | undefined;
  /** Times that it was started, the first included. */
  readonly starts: number;
  /** Resolves once `/readyz` answers 200; rejects with the end of the log when it does not in time. */
  ready(timeoutMs: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  stop(graceMs: number): Promise<void>;
}

const firstRestartDelayMs = 200;
const longestRestartDelayMs = 10_000;
/** A service that ran this long starts again without delay growth. */
const stableAfterMs = 10_000;
const tailLines = 15;

export function startServiceProcess(options: ServiceProcessOptions): ServiceProcess {
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
    const started = spawn(process.execPath, [options.entry], {
      env: { ...process.env, ...options.env, CORTEX_HTTP_PORT: String(options.port) },
      // A group of its own: Ctrl-C in the terminal goes to the program that runs the stack, which then stops the
      // services in order.
      detached: true,
      // IPC: when this process dies, even by SIGKILL, the service sees the channel close and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (data: Buffer) => keep(data, log, tail));
    started.once('exit', (code, signal) => {
      if (child === started) child = undefined;
      if (stopping) return;
      options.onExit?.(signal === null ? `ended with status ${String(code)}` : `was ended by ${signal}`);
      // An invalid configuration stays invalid however often it is read.
      isOver = !options.restart || code === 78;
      if (isOver) return;
      if (performance.now() - startedAt > stableAfterMs) restartDelayMs = firstRestartDelayMs;
      restartTimer = setTimeout(start, restartDelayMs);
      restartDelayMs = Math.min(restartDelayMs * 2, longestRestartDelayMs);
    });
  };
  start();

  return {
    name: options.name,
    port: options.port,
    get pid() {
      return child?.pid;
    },
    get starts() {
      return starts;
    },
    ready: (timeoutMs) => waitUntilReady(options, timeoutMs, () => !isOver, tail),
    kill: (signal) => void child?.kill(signal),
    async stop(graceMs) {
      stopping = true;
      clearTimeout(restartTimer);
      await end(child, graceMs);
      log.end();
    },
  };
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

async function waitUntilReady(
  options: ServiceProcessOptions,
  timeoutMs: number,
  mayStillCome: () => boolean,
  tail: readonly string[],
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && mayStillCome()) {
    const answer = await fetch(`http://127.0.0.1:${options.port}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(
      () => undefined,
    );
    if (answer?.ok === true) return;
    await new Promise((resume) => setTimeout(resume, 25));
  }
  throw new StackError(
    'CORTEX_STACK_NOT_READY',
    `${options.name} did not become ready within ${timeoutMs / 1000} s; its last words:\n    ${tail.join('\n    ')}`,
    `read ${options.logFile}`,
  );
}

async function end(child: ChildProcess | undefined, graceMs: number): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(force);
}
