import { constants, existsSync } from 'node:fs';
import { open, readlink, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/**
 * A folder held open. On Linux its entries are reached through the open descriptor, so that no process can replace a
 * folder by a symbolic link between our check and our delete.
 */
export interface OpenFolder {
  /** Append a name to reach that entry. */
  readonly path: string;
  readonly device: number;
  close(): Promise<void>;
}

const throughDescriptors = existsSync('/proc/self/fd');
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens a folder whose last part is no symbolic link. */
export async function openFolder(path: string): Promise<OpenFolder> {
  const handle: FileHandle = await open(path, folderFlags);
  const { dev } = await handle.stat();
  return {
    path: throughDescriptors ? `/proc/self/fd/${handle.fd}` : path,
    device: dev,
    close: () => handle.close(),
  };
}

/** Opens the folder and proves that the folder opened is the one that was checked. */
export async function openCheckedFolder(realFolder: string): Promise<OpenFolder | undefined> {
  const folder = await openFolder(realFolder);
  const opened = throughDescriptors ? await readlink(folder.path) : await realpath(realFolder);
  if (opened === realFolder && (await stat(folder.path)).isDirectory()) return folder;
  await folder.close();
  return undefined;
}
