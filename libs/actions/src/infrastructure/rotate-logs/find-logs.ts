import { lstat, readdir } from 'node:fs/promises';
import { matchesName } from '../../files/glob-path.ts';
import { mountAt } from '../../files/mount.ts';
import { openFolder } from '../../files/open-folder.ts';
import type { OpenFolder } from '../../files/open-folder.ts';
import type { OwnFiles } from '../../files/own-files.ts';
import { isLiveLog } from './archive-name.ts';

export interface FoundLog {
  readonly folder: OpenFolder;
  readonly name: string;
  /** All names in the folder: the archives are among them. */
  readonly names: readonly string[];
}

export interface LogVisitor {
  readonly own: OwnFiles;
  readonly isDone: () => boolean;
  readonly visit: (log: FoundLog) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Something that matches was not entered. */
  readonly onLeft: (name: string, reason: string) => void;
}

/**
 * Visits the logs below a folder: one pattern for each level, the last one for the files. Never follows a symbolic
 * link and never enters what is mounted below or Cortex's own.
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
      if (deeper.length > 0 && facts.isDirectory()) await findInside(folder, name, deeper, visitor);
      else if (deeper.length === 0 && facts.isFile() && isLiveLog(name)) {
        if ((await mountAt(path)) === folder.mount) await visitor.visit({ folder, name, names });
        else visitor.onLeft(name, mounted);
      }
    } catch (error) {
      visitor.onError(error);
    }
  }
}

const mounted = 'something is mounted there';

async function findInside(
  folder: OpenFolder,
  name: string,
  patterns: readonly string[],
  visitor: LogVisitor,
): Promise<void> {
  const inner = await openFolder(`${folder.path}/${name}`);
  try {
    const problem = inner.mount === folder.mount ? await visitor.own.whyNotEnter(inner, name) : mounted;
    if (problem === undefined) await findLogs(inner, patterns, visitor);
    else visitor.onLeft(name, problem);
  } finally {
    await inner.close();
  }
}
