import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { link, open, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { errorOf } from '@cortex/errors';

export type PidFile =
  | { readonly status: 'missing' }
  | { readonly status: 'no_pid' }
  | { readonly status: 'unreadable'; readonly error: Error }
  | {
      readonly status: 'pid';
      readonly pid: number;
      readonly writtenAtMs: number;
      /** User id. */
      readonly owner: number;
      /** Why it is not to be believed: somebody could have written it who must not say which process is meant. */
      readonly distrust: string | undefined;
    };

const maxPidFileBytes = 64;

/** Reads the pid at the start of a pid file. Pid 0 and negative ones mean process groups to the system: refused. */
export async function readPidFile(path: string): Promise<PidFile> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxPidFileBytes), 0, maxPidFileBytes, 0);
      // A number at the end of the read part may be incomplete: only the end of the file ends a number.
      const text = buffer.toString('latin1', 0, bytesRead) + (bytesRead < maxPidFileBytes ? '\n' : '');
      const pid = Number(/^\s*(\d{1,10})\s/.exec(text)?.[1]);
      if (!Number.isInteger(pid) || pid <= 0) return { status: 'no_pid' };
      const distrust = await whyDistrust(facts, pid);
      return { status: 'pid', pid, writtenAtMs: facts.mtimeMs, owner: facts.uid, distrust };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { status: 'missing' };
    return { status: 'unreadable', error: errorOf(error) };
  }
}

/** Root and this user may write it, and whoever the named process belongs to: nobody else gains by it. */
async function whyDistrust({ mode, uid, gid }: Stats, pid: number): Promise<string | undefined> {
  if ((mode & constants.S_IWOTH) !== 0) return 'may be written by anyone: take that right away';
  const named = await stat(`/proc/${pid}`).catch(() => undefined);
  const groups = [0, ...(process.getgroups?.() ?? []), process.getegid?.(), named?.gid];
  if ((mode & constants.S_IWGRP) !== 0 && !groups.includes(gid)) return `may be written by group ${gid}`;
  if (named === undefined || [0, process.geteuid?.(), named.uid].includes(uid)) return undefined;
  return `belongs to user ${uid}, and process ${pid} to user ${named.uid}`;
}

/** Writes the pid, unless the file is there by then: false, and it stays as it is. */
export async function createPidFile(path: string, pid: number): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${pid}\n`, { mode: 0o644 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

/** Writes the pid so that no reader ever sees half a file. */
export async function writePidFile(path: string, pid: number): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${pid}\n`, { mode: 0o644 });
  await rename(temporary, path);
}
