import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every entry under a folder with its kind, times and content: equal snapshots mean that nothing was changed. */
export async function snapshot(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => {
      const facts = await lstat(join(folder, name));
      const content = facts.isFile() ? await readFile(join(folder, name), 'utf8') : '';
      return `${name} ${facts.mode} ${facts.ino} ${facts.mtimeMs} ${content}`;
    }),
  );
}
