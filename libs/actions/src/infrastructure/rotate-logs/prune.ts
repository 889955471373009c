import { lstat, readdir, unlink } from 'node:fs/promises';
import type { OpenFolder } from '../../files/open-folder.ts';
import { archivesOf } from './archive-name.ts';

export interface Pruned {
  readonly archives: number;
  readonly bytesFreed: number;
}

const bytesPerBlock = 512;

/** Deletes all but the newest archives of one log. */
export async function prune(folder: OpenFolder, log: string, keepLast: number): Promise<Pruned> {
  let [archives, bytesFreed] = [0, 0];
  for (const name of archivesOf(log, await readdir(folder.path)).slice(keepLast)) {
    const path = `${folder.path}/${name}`;
    const facts = await lstat(path);
    if (!facts.isFile()) continue;
    await unlink(path);
    archives += 1;
    bytesFreed += facts.blocks * bytesPerBlock;
  }
  return { archives, bytesFreed };
}
