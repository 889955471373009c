import { constants, existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';

/** Linux reaches entries through open folders, and says of what is open which mount it is on. */
export const throughDescriptors = existsSync('/proc/self/fd');

/** Of Linux, which Node does not name: finds an entry, and needs no right to read it. */
const pathOnly = 0o10_000_000;

/**
 * The mount that an open file or folder was reached through. A bind mount has the device of what it shows, and a file in
 * an overlay another one than its folder, so a device tells nothing of it. Elsewhere than on Linux it is the device.
 */
export async function mountOf(handle: FileHandle): Promise<string> {
  if (!throughDescriptors) return `device ${(await handle.stat()).dev}`;
  const facts = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8');
  const id = /^mnt_id:\s*(\d+)$/m.exec(facts)?.[1];
  if (id === undefined) throw new CortexError('CORTEX_ACTION_FAILED', 'this system does not say what is mounted where');
  return `mount ${id}`;
}

/** The same of a path whose last part is not followed when it is a symbolic link. */
export async function mountAt(path: string): Promise<string> {
  const handle = throughDescriptors ? await open(path, pathOnly | constants.O_NOFOLLOW) : await open(path);
  try {
    return await mountOf(handle);
  } finally {
    await handle.close();
  }
}
