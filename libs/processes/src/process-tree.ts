import { readFile, readdir, readlink } from 'node:fs/promises';
import { readLiveProcesses, readOwnLine } from './process-table.ts';
import type { ProcessFacts } from './process-table.ts';

/** What belongs to a process. */
export interface TreeQuestion {
  readonly main: number;
  /** Of the process; undefined when it is gone: its group and session then keep its pid from being given away. */
  readonly startTicks: number | undefined;
  /** Belongs to it whatever became of its parents. */
  readonly isMarked: (process: ProcessFacts) => Promise<boolean>;
  /** Is of another service, with all that it started. */
  readonly isForeign: (process: ProcessFacts) => Promise<boolean>;
}

/**
 * The live processes that belong to a process, itself among them: what it started, the group and session that it leads, those
 * that are marked, and those that hold a port which it opened. Of a group or session that another leads only what it
 * started: other services may share these. Never this process, nor what started it.
 */
export async function readTree(question: TreeQuestion): Promise<readonly ProcessFacts[]> {
  const own = await readOwnLine();
  const all = (await readLiveProcesses()).filter(({ pid }) => !own.has(pid));
  const foreign = new Set<number>();
  await Promise.all(all.map(async (one) => ((await question.isForeign(one)) ? foreign.add(one.pid) : undefined)));
  const { main, startTicks } = question;
  const now = all.find(({ pid }) => pid === main);
  const isAnother = now !== undefined && now.startTicks !== startTicks;
  const ofMain = isAnother ? [] : all.filter(({ pid, group, session }) => [pid, group, session].includes(main));
  const members = new Set(ofMain.map(({ pid }) => pid));
  await Promise.all(all.map(async (one) => ((await question.isMarked(one)) ? members.add(one.pid) : undefined)));
  if (!isAnother) for (const pid of await holdersOfItsPorts(main, all)) members.add(pid);
  for (const pid of foreign) members.delete(pid);
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent) && !foreign.has(pid)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

/** Who holds a socket that the process listens on got it from the process; unless both have it from one above them. */
async function holdersOfItsPorts(main: number, all: readonly ProcessFacts[]): Promise<readonly number[]> {
  const held = await openSockets(main);
  const listening = held.size === 0 ? held : await listeningSockets(main);
  const ports = new Set([...held].filter((socket) => listening.has(socket)));
  if (ports.size === 0) return [];
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  for (let above = parents.get(main); above !== undefined && above > 0; above = parents.get(above)) {
    for (const socket of await openSockets(above)) ports.delete(socket);
  }
  const holders = await Promise.all(
    all.map(async ({ pid }) => ([...(await openSockets(pid))].some((socket) => ports.has(socket)) ? [pid] : [])),
  );
  return holders.flat();
}

/** The inodes of the sockets that a process has open; none when it may not be looked at. */
async function openSockets(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/** State `0A` of TCP listens, `07` of UDP is bound. */
const openStates = ['0A', '07'];

async function listeningSockets(pid: number): Promise<Set<string>> {
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  );
  // `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode`
  const rows = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/));
  return new Set(rows.flatMap((row) => (openStates.includes(row[3] ?? '') && row[9] !== undefined ? [row[9]] : [])));
}
