import { constants } from 'node:fs';
import { open, readlink, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { mountOf, throughDescriptors } from './mount.ts';

/**
 * A folder held open. On Linux its entries are reached through the open descriptor, so that no process can replace a
 * folder by a symbolic link between our check and our delete.
 */
export interface OpenFolder {
  /** Append a name to reach that entry. */
  readonly path: string;
  /** Which folder it is, whatever path led to it. */
  readonly identity: string;
  /** `mountOf`: what is mounted below has another one. */
  readonly mount: string;
  close(): Promise<void>;
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens a folder whose last part is no symbolic link. */
export async function openFolder(path: string): Promise<OpenFolder> {
  const handle: FileHandle = await open(path, folderFlags);
  try {
    const [facts, mount] = await Promise.all([handle.stat(), mountOf(handle)]);
    return {
      path: throughDescriptors ? `/proc/self/fd/${handle.fd}` : path,
      identity: identityOf(facts),
      mount,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function identityOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}.${ino}`;
}

/** Opens the folder and proves that the folder opened is the one that was checked. */
export async function openCheckedFolder(realFolder: string): Promise<OpenFolder | undefined> {
  const folder = await openFolder(realFolder);
  const opened = throughDescriptors ? await readlink(folder.path) : await realpath(realFolder);
  if (opened === realFolder && (await stat(folder.path)).isDirectory()) return folder;
  await folder.close();
  return undefined;
}
