import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { identityOf } from './open-folder.ts';
import type { OpenFolder } from './open-folder.ts';

/** What is Cortex's own on this machine: no action on files may touch it. */
export interface OwnFiles {
  /** Why a folder that was found on the way must not be entered; undefined when it may. */
  whyNotEnter(folder: OpenFolder, name: string): Promise<string | undefined>;
  /** Why a folder that a path names must not be worked on; undefined when it may. */
  whyNotBegin(realFolder: string): Promise<string | undefined>;
}

/** Logs may be rotated, which leaves them to their writers, and never cleaned up. */
export type UseOfLogs = 'rotate' | 'keep';

/** nats-server gives this name to the folder of its streams, whatever folder it was told. */
const natsStore = 'jetstream';
/** `libs/local-stack` notes in it what of a folder it has made, and which of that it made for a target. */
const markerFile = 'made-by-cortex.json';
const logsOfStack = 'logs';

/** Looks up what is Cortex's own, by the environment of its services and by what they leave in their folders. */
export async function findOwnFiles(logs: UseOfLogs): Promise<OwnFiles> {
  const { CORTEX_CONFIG: config, CORTEX_DATA_DIR: data, CORTEX_LOG_DIR: logFolder } = process.env;
  /** Folders with other things in them too: a path may name what lies deeper. */
  const shared = await identities([
    [process.cwd(), 'it is the folder that Cortex runs in'],
    [await folderOf(config ?? 'cortex.yaml'), "it holds Cortex's configuration"],
  ]);
  const wholly = await identities([
    [resolve(data || '.cortex/data'), "it holds Cortex's data"],
    [logs === 'keep' && logFolder ? resolve(logFolder) : undefined, "it holds Cortex's logs"],
  ]);
  const isKept = (name: string) => logs === 'keep' || name !== logsOfStack;

  return {
    async whyNotEnter(folder, name) {
      if (name === natsStore) return 'it is a store of nats-server';
      const reason = shared.get(folder.identity) ?? wholly.get(folder.identity);
      if (reason !== undefined) return reason;
      return (await foldersMadeIn(folder.path)) === undefined ? undefined : 'it holds what Cortex has made';
    },
    async whyNotBegin(realFolder) {
      if ((await foldersMadeIn(realFolder)) !== undefined) return 'it holds what Cortex has made';
      const own = shared.get((await identityAt(realFolder)) ?? '');
      if (own !== undefined) return own;
      for (let path = realFolder; path !== dirname(path); path = dirname(path)) {
        if (basename(path) === natsStore) return 'it is in a store of nats-server';
        const reason = wholly.get((await identityAt(path)) ?? '');
        if (reason !== undefined) return reason;
        const made = await foldersMadeIn(dirname(path));
        if (made?.includes(basename(path)) === true && isKept(basename(path))) return 'Cortex has made it';
      }
      return undefined;
    },
  };
}

async function identities(
  folders: readonly (readonly [string | undefined, string])[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [path, reason] of folders) {
    const identity = path === undefined ? undefined : await identityAt(path);
    if (identity !== undefined) found.set(identity, reason);
  }
  return found;
}

async function identityAt(path: string): Promise<string | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts === undefined ? undefined : identityOf(facts);
}

async function folderOf(file: string): Promise<string | undefined> {
  const path = resolve(file);
  return (await identityAt(path)) === undefined ? undefined : dirname(path);
}

/** The names of the folders that a stack of Cortex has made here for itself; undefined where there is none. */
async function foldersMadeIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    const marker: unknown = JSON.parse(await readFile(join(folder, markerFile), 'utf8'));
    const forTargets = namesIn(marker, 'targets');
    return namesIn(marker, 'folders').filter((name) => !forTargets.includes(name));
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code));
    // A marker that cannot be read is one.
    return isAbsent ? undefined : ['run', 'nats', 'logs', 'data'];
  }
}

function namesIn(marker: unknown, key: string): readonly string[] {
  if (typeof marker !== 'object' || marker === null) return [];
  const names: unknown = Object.entries(marker).find(([name]) => name === key)?.[1];
  return Array.isArray(names) ? names.map(String) : [];
}
