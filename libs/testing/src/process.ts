import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface StartProcessOptions {
  /** On top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A child process whose output is kept. */
export interface TestProcess {
  readonly pid: number;
  /** Lines of both outputs so far, at most the last 10,000. */
  readonly lines: readonly string[];
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** The first line, past or future, that matches. Fails when the process ends or the time is up. */
  waitForLine(pattern: RegExp | string, timeoutMs?: number): Promise<string>;
  /** SIGTERM; SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<number | NodeJS.Signals>;
  /** SIGKILL. */
  kill(): Promise<number | NodeJS.Signals>;
  /** Sends any other signal: `SIGSTOP`, `SIGCONT`. */
  signal(signal: NodeJS.Signals): void;
}

const maxLines = 10_000;

/** Starts a program with arguments, without a shell. It ends at the latest with this process. */
export function startProcess(argv: readonly string[], options: StartProcessOptions = {}): TestProcess {
  const [program, ...parameters] = argv;
  if (!program) throw new TypeError('startProcess: no program named');
  const child = spawn(program, parameters, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const collect = (stream: Readable): void => {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > maxLines) lines.shift();
      changed();
    });
  };
  collect(child.stdout);
  collect(child.stderr);
  let ended = false;
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', (error) => {
      lines.push(String(error));
      resolve(-1);
    });
    // Not `exit`: the last lines come after it.
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  void noteEnd();
  async function noteEnd(): Promise<void> {
    await exited;
    ended = true;
    process.off('exit', endWithUs);
    changed();
  }

  return {
    pid: child.pid ?? -1,
    lines,
    exited,
    waitForLine(pattern, timeoutMs = 20_000) {
      const matches = (line: string): boolean =>
        typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
      return new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          act();
        };
        const fail = (why: string): void =>
          finish(() =>
            reject(
              new Error(`${why} before a line matched ${String(pattern)}; last lines:\n${lines.slice(-20).join('\n')}`),
            ),
          );
        const look = (): void => {
          const line = lines.find(matches);
          if (line !== undefined) finish(() => resolve(line));
          else if (ended) fail(`${program} ended`);
        };
        const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
        listeners.add(look);
        look();
      });
    },
    async stop(graceMs = 10_000) {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(force);
      }
    },
    kill() {
      child.kill('SIGKILL');
      return exited;
    },
    signal: (signal) => void child.kill(signal),
  };
}
