import { lstat, readdir } from 'node:fs/promises';
import { matchesName } from '../../files/glob-path.ts';
import { openFolder } from '../../files/open-folder.ts';
import type { OpenFolder } from '../../files/open-folder.ts';
import { isLiveLog } from './archive-name.ts';

export interface FoundLog {
  readonly folder: OpenFolder;
  readonly name: string;
  /** All names in the folder: the archives are among them. */
  readonly names: readonly string[];
}

export interface LogVisitor {
  readonly isDone: () => boolean;
  readonly visit: (log: FoundLog) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Visits the logs below a folder: one pattern for each level, the last one for the files. Never follows a symbolic
 * link and never leaves the file system.
 */
export async function findLogs(folder: OpenFolder, patterns: readonly string[], visitor: LogVisitor): Promise<void> {
  const [pattern, ...deeper] = patterns;
  if (pattern === undefined) return;
  const names = (await readdir(folder.path)).sort();
  for (const name of names) {
    if (visitor.isDone()) return;
    if (!matchesName(pattern, name)) continue;
    const path = `${folder.path}/${name}`;
    try {
      const facts = await lstat(path);
      if (facts.dev !== folder.device) continue;
      if (deeper.length > 0 && facts.isDirectory()) await findInside(path, folder.device, deeper, visitor);
      else if (deeper.length === 0 && facts.isFile() && isLiveLog(name)) await visitor.visit({ folder, name, names });
    } catch (error) {
      visitor.onError(error);
    }
  }
}

async function findInside(
  path: string,
  device: number,
  patterns: readonly string[],
  visitor: LogVisitor,
): Promise<void> {
  const inner = await openFolder(path);
  try {
    if (inner.device === device) await findLogs(inner, patterns, visitor);
  } finally {
    await inner.close();
  }
}
