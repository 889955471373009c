import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tells what in a folder is of Cortex, so that removing Cortex removes nothing else: the folder may be anybody's. */
const markerFile = 'made-by-cortex.json';

/** Notes those of the folders below `dir` that are not there yet: whoever calls is about to make them. */
export function noteMadeFolders(dir: string, names: readonly string[]): void {
  const noted = madeFolders(dir);
  const fresh = names.filter((name) => !noted.includes(name) && !existsSync(join(dir, name)));
  if (fresh.length === 0) return;
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, markerFile), `${JSON.stringify({ folders: [...noted, ...fresh] })}\n`);
}

/** The names of the folders below `dir` that Cortex has made. */
export function madeFolders(dir: string): readonly string[] {
  try {
    const marker: unknown = JSON.parse(readFileSync(join(dir, markerFile), 'utf8'));
    const folders = typeof marker === 'object' && marker !== null && 'folders' in marker ? marker.folders : [];
    // A name, never a path: what it leads to is removed one day.
    return Array.isArray(folders) ? folders.map(String).filter((name) => /^[a-z][a-z-]*$/.test(name)) : [];
  } catch {
    // Cortex was never here.
    return [];
  }
}

/** Removes what Cortex has made, and the folder itself when nothing else is in it. */
export function removeMadeFolders(dir: string): void {
  for (const name of madeFolders(dir)) rmSync(join(dir, name), { recursive: true, force: true });
  rmSync(join(dir, markerFile), { force: true });
  if (existsSync(dir) && readdirSync(dir).length === 0) rmdirSync(dir);
}
