import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

export interface ProgramRun {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly endedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly isTruncated: boolean;
  /** SHA-256 of all of standard output, however long it was. */
  readonly stdoutHash: string;
  /** Why it was killed, when it was. */
  readonly killedBecause: 'timeout' | 'aborted' | undefined;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const maxOutputBytes = 64 * 1024;
const drainMs = 1_000;

/** The few of our variables that programs need. The rest may hold secrets. */
export function baseEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/**
 * Runs a program by its argument list, never through a shell, in a process group of its own, which is killed whole on
 * timeout and abort. Rejects when the program cannot be started.
 */
export function runProgram(argv: readonly string[], options: ProgramOptions): Promise<ProgramRun> {
  const [program, ...args] = argv;
  if (program === undefined) return Promise.reject(new RangeError('runProgram: an empty command names no program'));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...baseEnvironment(), ...options.env },
      shell: false,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    let killedBecause: ProgramRun['killedBecause'];
    const killGroup = (because: 'timeout' | 'aborted') => {
      killedBecause ??= because;
      if (child.pid !== undefined) signalGroup(child.pid);
    };
    const onAbort = () => killGroup('aborted');
    const timer = setTimeout(() => killGroup('timeout'), options.timeoutMs);
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) onAbort();

    const settle = () => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', () => {
      settle();
      // A grandchild that keeps the pipes open must not block us.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, drainMs).unref();
    });
    child.once('close', (exitCode, endedBy) => {
      const [output, errors] = [stdout(), stderr()];
      resolve({
        exitCode: exitCode ?? undefined,
        endedBy: endedBy ?? undefined,
        stdout: output.text,
        stderr: errors.text,
        isTruncated: output.isTruncated || errors.isTruncated,
        stdoutHash: output.hash,
        killedBecause,
      });
    });
  });
}

function signalGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function collect(stream: Readable): () => { text: string; isTruncated: boolean; hash: string } {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let total = 0;
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    if (total < maxOutputBytes) kept.push(chunk.subarray(0, maxOutputBytes - total));
    total += chunk.length;
  });
  return () => ({
    text: Buffer.concat(kept).toString('utf8'),
    isTruncated: total > maxOutputBytes,
    hash: hash.digest('hex'),
  });
}
