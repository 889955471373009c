import { readdirSync, readFileSync } from 'node:fs';

export interface NamedProcess {
  readonly pid: number;
  /** Of the app, the server or the patient. */
  readonly name: string;
}

/** A process and all that it started, directly or not. */
export function processesUnder(root: number): readonly NamedProcess[] {
  const parents = new Map(pids().flatMap((pid) => parentOf(pid)));
  const found = [root];
  for (const pid of found) found.push(...[...parents].filter(([, parent]) => parent === pid).map(([child]) => child));
  return found.map((pid) => ({ pid, name: nameOf(pid) }));
}

function pids(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function parentOf(pid: number): readonly [number, number][] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return [[pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
  } catch {
    // It has just ended.
    return [];
  }
}

function nameOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return /apps\/([^/]+)\/dist\/main\.js/.exec(command)?.[1] ?? /(nats-server|patient)/.exec(command)?.[1] ?? command;
}
