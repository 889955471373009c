import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasProcessTable } from '@cortex/processes';

/** True when some process holds a lock on the file. False where the system does not say (no /proc). */
export async function isLocked(path: string): Promise<boolean> {
  if (!hasProcessTable) return false;
  const [{ ino }, file, locks] = await Promise.all([stat(path), realpath(path), readFile('/proc/locks', 'utf8')]);
  // `1: FLOCK  ADVISORY  WRITE 4711 08:01:131090 0 EOF`. The device is of no use: overlay and btrfs report another one
  // here than stat does. So the inode picks the candidates, and what their holders have open decides.
  const holders = [...locks.matchAll(/ (-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /gi)]
    .filter(([, , inode]) => Number(inode) === ino)
    .map(([, pid]) => Number(pid));
  for (const pid of holders) {
    if (await mayHaveOpen(pid, file)) return true;
  }
  return false;
}

/** Returns false only when it could look: a holder may be invisible, or have left its lock to a child. */
async function mayHaveOpen(pid: number, file: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  try {
    const links = await Promise.all(
      (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')),
    );
    return links.includes(file);
  } catch {
    return true;
  }
}
