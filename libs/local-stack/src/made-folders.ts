import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tells what in a folder is of Cortex, so that removing Cortex removes nothing else: the folder may be anybody's. */
const markerFile = 'made-by-cortex.json';

/** `target`: made for something that is watched and healed, so that actions on files may work in it. */
export type MadeFor = 'cortex' | 'target';

/** Notes those of the folders below `dir` that are not there yet: whoever calls is about to make them. */
export function noteMadeFolders(dir: string, names: readonly string[], madeFor: MadeFor = 'cortex'): void {
  const noted = readMarker(dir);
  const fresh = names.filter((name) => !noted.folders.includes(name) && !existsSync(join(dir, name)));
  const folders = [...noted.folders, ...fresh];
  const made = madeFor === 'target' ? folders.filter((name) => names.includes(name)) : [];
  const targets = [...new Set([...noted.targets, ...made])];
  if (folders.length === noted.folders.length && targets.length === noted.targets.length) return;
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, markerFile), `${JSON.stringify({ folders, targets })}\n`);
}

/** The names of the folders below `dir` that Cortex has made. */
export function madeFolders(dir: string): readonly string[] {
  return readMarker(dir).folders;
}

interface Marker {
  readonly folders: readonly string[];
  /** Those of them that were made for a target. */
  readonly targets: readonly string[];
}

function readMarker(dir: string): Marker {
  try {
    const marker: unknown = JSON.parse(readFileSync(join(dir, markerFile), 'utf8'));
    return { folders: namesIn(marker, 'folders'), targets: namesIn(marker, 'targets') };
  } catch {
    // Cortex was never here.
    return { folders: [], targets: [] };
  }
}

function namesIn(marker: unknown, key: string): readonly string[] {
  if (typeof marker !== 'object' || marker === null) return [];
  const names: unknown = Object.entries(marker).find(([name]) => name === key)?.[1];
  // A name, never a path: what it leads to is removed one day.
  return Array.isArray(names) ? names.map(String).filter((name) => /^[a-z][a-z-]*$/.test(name)) : [];
}

/** Removes what Cortex has made, and the folder itself when nothing else is in it. */
export function removeMadeFolders(dir: string): void {
  for (const name of madeFolders(dir)) rmSync(join(dir, name), { recursive: true, force: true });
  rmSync(join(dir, markerFile), { force: true });
  if (existsSync(dir) && readdirSync(dir).length === 0) rmdirSync(dir);
}
