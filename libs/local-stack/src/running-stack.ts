import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { processIdentity } from './process-identity.ts';

/** A process of the stack, told from a later one of the same number by its identity. */
export interface KnownProcess {
  readonly pid: number;
  readonly identity: string;
}

/** A service of the stack: where it answers, and where it logs. */
export interface RunningService {
  readonly name: string;
  /** Of its `/healthz`, `/readyz` and `/metrics`. */
  readonly port: number;
  readonly logFile: string;
}

/** What a stack notes about itself under `<dir>/run/stack.json`, so that other commands find it, and end it. */
export interface RunningStack {
  /** The process that runs the stack; everything else ends with it. */
  readonly owner: KnownProcess;
  /** ISO time. */
  readonly startedAt: string;
  /** The configuration that it was started with, as an absolute path; absent in a note of an earlier version. */
  readonly configFile?: string;
  /** The nats-server of the stack; absent when the stack uses an existing one. */
  readonly nats?: KnownProcess & { readonly logFile: string };
  readonly natsUrl?: string;
  /** Absent while the stack is starting. */
  readonly consoleUrl?: string;
  readonly services: readonly RunningService[];
}

/** The claim of this process on the folder of a stack. */
export interface StackClaim {
  /** Adds to what is noted. */
  note(more: Partial<Omit<RunningStack, 'owner' | 'startedAt'>>): void;
  release(): void;
}

/** How long processes have to end by themselves. */
const orphanGraceMs = 5_000;
const pollMs = 50;

/** The stack that runs in this folder now, or undefined. */
export function readRunningStack(dir: string): RunningStack | undefined {
  const noted = readNote(dir);
  return noted !== undefined && isRunning(noted.owner) ? noted : undefined;
}

/** Claims the folder for this process. Refuses while another stack runs there; ends the server that a dead one left. */
export async function claimStackDir(dir: string): Promise<StackClaim> {
  mkdirSync(join(dir, 'run'), { recursive: true });
  const earlier = readNote(dir);
  if (earlier !== undefined && earlier.owner.pid !== process.pid && isRunning(earlier.owner)) {
    throw new StackError(
      'CORTEX_STACK_RUNNING',
      `a stack already runs here (process ${earlier.owner.pid})`,
      'end it with `cortex stop` or Ctrl-C, or choose another folder with --dir',
    );
  }
  if (earlier?.nats !== undefined) await endProcess(earlier.nats, orphanGraceMs);
  let noted: RunningStack = {
    owner: { pid: process.pid, identity: processIdentity(process.pid) ?? '' },
    startedAt: new Date().toISOString(),
    services: [],
  };
  writeNote(dir, noted);
  return {
    note(more) {
      noted = { ...noted, ...more };
      writeNote(dir, noted);
    },
    release: () => rmSync(noteFile(dir), { force: true }),
  };
}

/**
 * Ends the stack of this folder as Ctrl-C would, and waits until it is gone; by force after `graceMs`. Resolves to how it
 * ended, or undefined when none runs.
 */
export async function stopRunningStack(dir: string, graceMs: number): Promise<'in order' | 'by force' | undefined> {
  const noted = readNote(dir);
  if (noted === undefined) return undefined;
  const wasRunning = isRunning(noted.owner);
  const how = wasRunning ? await endProcess(noted.owner, graceMs) : undefined;
  // Nothing is left of a stack that was ended by force, or that died before.
  const left = noted.nats === undefined || !isRunning(noted.nats) ? undefined : noted.nats;
  if (left !== undefined) await endProcess(left, orphanGraceMs);
  rmSync(noteFile(dir), { force: true });
  return how ?? (left === undefined ? undefined : 'in order');
}

/** Whether the process that was noted still runs: a later one of the same number is another. */
export function isRunning({ pid, identity }: KnownProcess): boolean {
  return identity !== '' && processIdentity(pid) === identity;
}

async function endProcess(known: KnownProcess, graceMs: number): Promise<'in order' | 'by force'> {
  signal(known, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (isRunning(known) && performance.now() < deadline) await pause();
  if (!isRunning(known)) return 'in order';
  signal(known, 'SIGKILL');
  while (isRunning(known)) await pause();
  return 'by force';
}

function signal(known: KnownProcess, name: NodeJS.Signals): void {
  if (!isRunning(known)) return;
  try {
    process.kill(known.pid, name);
  } catch (error) {
    // It ended in this moment.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw error;
  }
}

function pause(): Promise<void> {
  return new Promise((resume) => setTimeout(resume, pollMs));
}

function noteFile(dir: string): string {
  return join(dir, 'run', 'stack.json');
}

/** In one move: a reader never sees half of it. */
function writeNote(dir: string, noted: RunningStack): void {
  const draft = `${noteFile(dir)}.${process.pid}`;
  // The address of NATS may hold a password.
  writeFileSync(draft, JSON.stringify(noted, undefined, 2), { mode: 0o600 });
  renameSync(draft, noteFile(dir));
}

function readNote(dir: string): RunningStack | undefined {
  try {
    const noted: unknown = JSON.parse(readFileSync(noteFile(dir), 'utf8'));
    return isNote(noted) ? noted : undefined;
  } catch {
    // No stack was here.
    return undefined;
  }
}

/** Only this module writes the file; another form is one of an earlier version. */
function isNote(noted: unknown): noted is RunningStack {
  return typeof noted === 'object' && noted !== null && 'owner' in noted && 'services' in noted;
}
