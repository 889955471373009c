import { randomUUID } from 'node:crypto';
import { open, rename, writeFile } from 'node:fs/promises';
import { errorOf } from '@cortex/errors';

export type PidFile =
  | { readonly status: 'missing' }
  | { readonly status: 'no_pid' }
  | { readonly status: 'unreadable'; readonly error: Error }
  | { readonly status: 'pid'; readonly pid: number; readonly writtenAtMs: number };

const maxPidFileBytes = 64;

/** Reads the pid at the start of a pid file. Pid 0 and negative ones mean process groups to the system: refused. */
export async function readPidFile(path: string): Promise<PidFile> {
  try {
    const file = await open(path, 'r');
    try {
      const { mtimeMs } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxPidFileBytes), 0, maxPidFileBytes, 0);
      // A number at the end of the read part may be incomplete: only the end of the file ends a number.
      const text = buffer.toString('latin1', 0, bytesRead) + (bytesRead < maxPidFileBytes ? '\n' : '');
      const pid = Number(/^\s*(\d{1,10})\s/.exec(text)?.[1]);
      return Number.isInteger(pid) && pid > 0 ? { status: 'pid', pid, writtenAtMs: mtimeMs } : { status: 'no_pid' };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { status: 'missing' };
    return { status: 'unreadable', error: errorOf(error) };
  }
}

/** Writes the pid so that no reader ever sees half a file. */
export async function writePidFile(path: string, pid: number): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${pid}\n`, { mode: 0o644 });
  await rename(temporary, path);
}
