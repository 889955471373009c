import {
  areOthersHidden,
  expectCommand,
  findByVariable,
  hasVariable,
  isHidden,
  isSameLife,
  likenessOf,
  readEnvironment,
  readLiveProcess,
  readLiveProcesses,
  readOwnLine,
  readPidFile,
} from '@cortex/processes';
import type { ExpectedCommand, ProcessFacts } from '@cortex/processes';
import { readdir, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProcessTarget } from './process-target.ts';
import { commandOf, marker, markerVariable } from './process-target.ts';

export type FoundService =
  | {
      readonly status: 'running';
      readonly process: ProcessFacts;
      /** The pid file names it. */ readonly inPidFile: boolean;
    }
  | {
      readonly status: 'not_running';
      readonly detail: string;
      /** What the pid file names, and is gone: parts of it may be left. */ readonly gone: number | undefined;
    }
  /** It cannot be told which process it is, or whether there is one: nothing may be touched, and none started. */
  | { readonly status: 'unclear'; readonly detail: string };

type Named = Extract<Awaited<ReturnType<typeof readPidFile>>, { readonly status: 'pid' }>;

/** /proc counts from the boot in whole seconds, so a start may seem later than it was. */
const clockToleranceMs = 2_000;

/**
 * Finds the process of a service and proves its identity: it bears Cortex's mark, or the pid file names it and it runs the
 * start command. The clock may have been set since, so times decide only where neither is known.
 */
export async function findService(target: ProcessTarget): Promise<FoundService> {
  const file = await readPidFile(target.facts.pidFile);
  if (file.status === 'unreadable') throw file.error;
  if (file.status === 'pid') {
    const found = await judgeNamed(target, file);
    if (found !== undefined) return found;
  }
  const gone = file.status === 'pid' ? file.pid : undefined;
  const marked = await findMarked(target, gone);
  if (marked !== undefined) return { status: 'running', process: marked, inPidFile: false };
  return (await findUnmarked(target, gone)) ?? { status: 'not_running', detail: notRunning(target, gone), gone };
}

/** Undefined when the process that the pid file names is gone. */
async function judgeNamed(target: ProcessTarget, file: Named): Promise<FoundService | undefined> {
  const { pidFile } = target.facts;
  if (file.distrust !== undefined) return unclear(`${pidFile} ${file.distrust}`);
  const named = await readLiveProcess(file.pid);
  if (named === undefined) {
    if (!(await isHidden(file.pid))) return undefined;
    return unclear(`process ${file.pid} is there, and Cortex may not see what it is (hidepid)`);
  }
  if ((await readOwnLine()).has(named.pid)) {
    return unclear(`${pidFile} names process ${named.pid}, which is Cortex's own or init`);
  }
  const running: FoundService = { status: 'running', process: named, inPidFile: true };
  if (await hasVariable(named.pid, markerVariable, marker(target))) return running;
  const command = commandOf(target);
  const likeness = command === undefined ? 'unknown' : await likenessOf(named, await expectCommand(command));
  if (likeness === 'same') return running;
  const isOlder = named.startedAtMs <= file.writtenAtMs + clockToleranceMs;
  if (isOlder && likeness !== 'other') return running;
  const seen = named.argv.join(' ').slice(0, 200);
  if (isOlder) {
    return unclear(
      `${pidFile} names process ${named.pid}, which runs "${seen}", not the start command; stop it, or make start_command what runs there`,
    );
  }
  if (likeness === 'retitled') {
    return unclear(
      `process ${named.pid}, "${seen}", runs the program of the start command, and is younger than ${pidFile}`,
    );
  }
  return undefined;
}

/** The first of the processes with Cortex's mark. What belonged to the one that is gone is a remainder, and not it. */
async function findMarked(target: ProcessTarget, gone: number | undefined): Promise<ProcessFacts | undefined> {
  const own = await readOwnLine();
  const marked = (await findByVariable(markerVariable, marker(target))).filter(
    ({ pid, group, session }) => !own.has(pid) && !(gone !== undefined && [group, session].includes(gone)),
  );
  const pids = new Set(marked.map(({ pid }) => pid));
  const tops = marked.filter(({ parent }) => !pids.has(parent));
  return tops.sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid)[0];
}

/** A process that runs the start command where the catalogue says, and that nothing names: it may be this service. */
async function findUnmarked(target: ProcessTarget, gone: number | undefined): Promise<FoundService | undefined> {
  if (gone === undefined && (await areOthersHidden())) {
    return unclear(`${target.facts.pidFile} names no process, and Cortex may not see those of others (hidepid)`);
  }
  const command = commandOf(target);
  if (command === undefined) return undefined;
  const expected = await expectCommand(command);
  const own = await readOwnLine();
  const alike: ProcessFacts[] = [];
  for (const one of await readLiveProcesses()) {
    const isRemainder = gone !== undefined && [one.group, one.session].includes(gone);
    if (!own.has(one.pid) && !isRemainder && (await isAlike(one, target, expected))) alike.push(one);
  }
  const named = await namedBeside(target);
  const [first] = alike
    .filter(({ pid }) => !named.has(pid))
    .filter(({ parent }) => !alike.some(({ pid }) => pid === parent));
  if (first === undefined) return undefined;
  // A command that names this pid file is of no other instance.
  if (command.argv.includes(target.facts.pidFile)) return { status: 'running', process: first, inPidFile: false };
  return unclear(`process ${first.pid} runs the start command, and ${target.facts.pidFile} does not name it`);
}

/** What other pid files of the same folder name is of other services. */
async function namedBeside({ facts: { pidFile } }: ProcessTarget): Promise<ReadonlySet<number>> {
  const folder = dirname(pidFile);
  const others = (await readdir(folder).catch(() => [])).filter(
    (name) => name.endsWith('.pid') && name !== basename(pidFile),
  );
  const files = await Promise.all(others.map((name) => readPidFile(join(folder, name))));
  return new Set(files.flatMap((file) => (file.status === 'pid' ? [file.pid] : [])));
}

async function isAlike(one: ProcessFacts, { facts }: ProcessTarget, expected: ExpectedCommand): Promise<boolean> {
  if ((await likenessOf(one, expected)) !== 'same') return false;
  const [environment, cwd] = await Promise.all([
    readEnvironment(one.pid),
    readlink(`/proc/${one.pid}/cwd`).catch(() => undefined),
  ]);
  // Marked, and not by this target: it is of another.
  if (environment?.has(markerVariable) === true) return false;
  const isThere = cwd === undefined || facts.cwd === undefined || [facts.cwd, '/'].includes(cwd);
  const isSame = ([name, value]: readonly [string, string]) => environment?.get(name) === value;
  if (!isThere || (environment !== undefined && !Object.entries(facts.env ?? {}).every(isSame))) return false;
  // What ended meanwhile shows nothing either: only what may not be read and goes on may be this service.
  return isSameLife(one);
}

function unclear(detail: string): FoundService {
  return { status: 'unclear', detail };
}

function notRunning({ facts }: ProcessTarget, pid: number | undefined): string {
  return pid === undefined ? `${facts.pidFile} names no process` : `process ${pid} is gone`;
}
