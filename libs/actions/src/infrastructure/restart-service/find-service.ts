import { basename } from 'node:path';
import { findSessionLeader, hasVariable, readLiveProcess, readPidFile } from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import type { ProcessTarget } from './process-target.ts';
import { marker, markerVariable } from './process-target.ts';

export type FoundService =
  | {
      readonly status: 'running';
      readonly process: ProcessFacts;
      /** The pid file names it. */ readonly inPidFile: boolean;
    }
  | { readonly status: 'not_running'; readonly detail: string }
  /** The pid file names a process that is not the service: it must not be touched. */
  | { readonly status: 'foreign'; readonly detail: string };

/** /proc counts from the boot in whole seconds, so a start may seem later than it was. */
const clockToleranceMs = 2_000;

/**
 * Finds the process of a service and proves its identity: it has Cortex's mark, or it began before the pid file was
 * written and runs the start command. A process younger than the pid file got a recycled pid and is never touched.
 */
export async function findService(target: ProcessTarget): Promise<FoundService> {
  const file = await readPidFile(target.facts.pidFile);
  if (file.status === 'unreadable') throw file.error;
  const named = file.status === 'pid' ? await readLiveProcess(file.pid) : undefined;
  if (file.status === 'pid' && named !== undefined) {
    if ([1, process.pid, process.ppid].includes(named.pid)) {
      return {
        status: 'foreign',
        detail: `${target.facts.pidFile} names process ${named.pid}, which is Cortex's own or init`,
      };
    }
    if (await hasVariable(named.pid, markerVariable, marker(target))) {
      return { status: 'running', process: named, inPidFile: true };
    }
    if (named.startedAtMs <= file.writtenAtMs + clockToleranceMs) {
      if (runsCommand(named, target.facts.startCommand)) return { status: 'running', process: named, inPidFile: true };
      const seen = named.argv.join(' ').slice(0, 200);
      return {
        status: 'foreign',
        detail: `${target.facts.pidFile} names process ${named.pid}, which runs "${seen}", not the start command`,
      };
    }
  }
  const orphan = await findSessionLeader(markerVariable, marker(target));
  if (orphan !== undefined) return { status: 'running', process: orphan, inPidFile: false };
  return { status: 'not_running', detail: notRunning(target, file.status === 'pid' ? file.pid : undefined, named) };
}

function notRunning(target: ProcessTarget, pid: number | undefined, named: ProcessFacts | undefined): string {
  if (pid === undefined) return `${target.facts.pidFile} names no process`;
  return named === undefined ? `process ${pid} is gone` : `pid ${pid} was given to another process since`;
}

/** Programs rewrite their title and scripts run under an interpreter, so one word of the command is enough. */
function runsCommand(found: ProcessFacts, startCommand: readonly string[] | undefined): boolean {
  if (startCommand === undefined) return true;
  const title = found.argv.join(' ');
  const [program = '', ...args] = startCommand;
  const words = args.filter((word) => word !== '' && !word.startsWith('-'));
  // A bare interpreter name (`node`) proves little: where the command has arguments, one of them must match.
  if (words.length > 0) return words.some((word) => title.includes(word) || title.includes(basename(word)));
  return title.includes(basename(program));
}
