import { readdir, readFile } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';
import { hasProcessTable, readPidFile } from '@cortex/processes';

export interface OpenFiles {
  readonly used: number;
  readonly limit: number;
}

/** Of all processes together. */
export async function openFilesOfMachine(): Promise<OpenFiles> {
  requireProcessTable();
  const [used, , limit] = (await readFile('/proc/sys/fs/file-nr', 'utf8')).trim().split(/\s+/).map(Number);
  return { used: used ?? 0, limit: limit ?? 0 };
}

/** Of the process that a pid file names. Throws when there is none, or when it belongs to another user. */
export async function openFilesOfProcess(pidFile: string | undefined): Promise<OpenFiles> {
  requireProcessTable();
  if (pidFile === undefined)
    throw new CortexError('CORTEX_CHECK_NOT_MADE', 'no pid file is known: set process.pid_file of the instance');
  const file = await readPidFile(pidFile);
  if (file.status !== 'pid') throw new CortexError('CORTEX_CHECK_NOT_MADE', `${pidFile} names no process`);
  const [names, limits] = await Promise.all([
    readdir(`/proc/${file.pid}/fd`),
    readFile(`/proc/${file.pid}/limits`, 'utf8'),
  ]);
  // `Max open files            1024                 1048576              files`
  const limit = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return { used: names.length, limit: limit === undefined ? Number.MAX_SAFE_INTEGER : Number(limit) };
}

function requireProcessTable(): void {
  if (!hasProcessTable)
    throw new CortexError('CORTEX_CHECK_NOT_MADE', 'open files cannot be counted on this system, which has no /proc');
}
