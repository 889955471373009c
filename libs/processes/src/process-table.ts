import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** One life of one process: a pid alone may be given to another process later. */
export interface ProcessFacts {
  readonly pid: number;
  /** Ended, but not yet collected by its parent. */
  readonly isZombie: boolean;
  /** Stopped by a signal or a debugger: it exists and does nothing. */
  readonly isStopped: boolean;
  /** Its names: its own (15 characters at most), its program's, its script's. */
  readonly names: readonly string[];
  readonly argv: readonly string[];
  /** Start in clock ticks since boot: with pid and boot id it identifies this life. */
  readonly startTicks: number;
  /** When it began by the clock of now, epoch milliseconds: a clock that was set since moves it. To show, and where nothing else is known. */
  readonly startedAtMs: number;
  /** Runs, or waits for a processor or a disk. */
  readonly isBusy: boolean;
  /** Processor time that it has used, in clock ticks. */
  readonly usedTicks: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Only Linux shows under /proc what a process is and when it began; elsewhere only its existence is known. */
export const hasProcessTable = existsSync('/proc/self/stat');

/** Clock ticks per second in /proc: 100 on every architecture that Node runs on. */
const ticksPerSecond = 100;
const maxCommLength = 15;
/** Environments that are held in memory at once, each of some kilobytes. */
const readAtOnce = 32;

/** The process that has this pid now, also when it is a zombie; undefined when there is none. */
export async function readProcess(pid: number): Promise<ProcessFacts | undefined> {
  try {
    const [stat, commandLine, program, bootedAtMs] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readlink(`/proc/${pid}/exe`).catch(() => ''),
      readBootTimeMs(),
    ]);
    // The second field is the name in brackets and may itself hold brackets and spaces.
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    const words = commandLine.split('\0');
    const names = [stat.slice(stat.indexOf('(') + 1, nameEnd), program, ...words.slice(0, 2)];
    const startTicks = Number(fields[19]);
    return {
      pid,
      isZombie: fields[0] === 'Z' || fields[0] === 'X',
      isStopped: fields[0] === 'T' || fields[0] === 't',
      names: [...new Set(names.map((name) => basename(name)).filter((name) => name !== ''))],
      argv: words.slice(0, -1),
      startTicks,
      startedAtMs: bootedAtMs + (startTicks * 1_000) / ticksPerSecond,
      isBusy: fields[0] === 'R' || fields[0] === 'D',
      usedTicks: Number(fields[11]) + Number(fields[12]),
      parent: Number(fields[1]),
      group: Number(fields[2]),
      session: Number(fields[3]),
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The process that has this pid now, or undefined when it is gone or a zombie. */
export async function readLiveProcess(pid: number): Promise<ProcessFacts | undefined> {
  const found = await readProcess(pid);
  return found?.isZombie === true ? undefined : found;
}

export async function readLiveProcesses(): Promise<readonly ProcessFacts[]> {
  const found = await Promise.all((await listPids()).map((pid) => readLiveProcess(pid)));
  return found.filter((process) => process !== undefined);
}

/** True when this is one of the process's names. */
export function goesBy(process: ProcessFacts, name: string): boolean {
  return process.names.includes(name) || process.names.includes(name.slice(0, maxCommLength));
}

/** True while exactly this life of the process goes on. */
export async function isSameLife(process: ProcessFacts): Promise<boolean> {
  return (await readLiveProcess(process.pid))?.startTicks === process.startTicks;
}

/** Every process that was started with this variable in its environment, as far as their environments may be read. */
export async function findByVariable(variable: string, value: string): Promise<readonly ProcessFacts[]> {
  const pids = await listPids();
  const found: ProcessFacts[] = [];
  for (let from = 0; from < pids.length; from += readAtOnce) {
    const some = pids.slice(from, from + readAtOnce);
    const facts = await Promise.all(
      some.map(async (pid) => ((await hasVariable(pid, variable, value)) ? readLiveProcess(pid) : undefined)),
    );
    found.push(...facts.filter((process) => process !== undefined));
  }
  return found;
}

/** True when the process was started with this variable; false also when its environment may not be read. */
export async function hasVariable(pid: number, variable: string, value: string): Promise<boolean> {
  return (await readEnvironment(pid))?.get(variable) === value;
}

/** What the process was started with; undefined when it may not be read. Programs may have written over it since. */
export async function readEnvironment(pid: number): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const lines = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const));
  } catch {
    return undefined;
  }
}

/** True when there is such a process, and this one may not see it (`hidepid`). */
export async function isHidden(pid: number): Promise<boolean> {
  return pidExists(pid) && (await readProcess(pid)) === undefined && pidExists(pid);
}

/** True when processes of other users are not shown to this one. */
export function areOthersHidden(): Promise<boolean> {
  return isHidden(1);
}

/** This process and those that started it: never to be ended. */
export async function readOwnLine(): Promise<ReadonlySet<number>> {
  const line = new Set([1, process.pid, process.ppid]);
  for (let pid = process.ppid; pid > 1;) {
    line.add(pid);
    pid = (await readProcess(pid))?.parent ?? 0;
  }
  return line;
}

/** True when some process has this pid, whether or not it is ours. Needs no /proc. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Differs after every boot of the machine. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

async function listPids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function readBootTimeMs(): Promise<number> {
  const stat = await readFile('/proc/stat', 'utf8');
  return Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? 0) * 1_000;
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
