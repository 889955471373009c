import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, normalize } from 'node:path';
import { mountAt } from './mount.ts';

/** Files in these are never cleaned up, whatever a playbook says. */
const systemTrees = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib',
  '/var/mail',
  '/var/run',
  '/var/spool',
];

/** Top folders of every system, whose contents belong to other programs. */
const topFolders = ['/home', '/media', '/mnt', '/nix', '/opt', '/private', '/srv', '/Users', '/var', '/Volumes'];

/**
 * Why a folder must not become an allowed root; undefined when it may. The rule: an absolute path without symbolic
 * links, two levels deep or a file system mounted for itself, not in a system tree, not a home folder, not hidden in
 * one, and not one that Cortex itself runs in.
 */
export function rootProblem(root: string, own: RootContext): string | undefined {
  if (!isAbsolute(root) || normalize(root).replace(/\/$/, '') !== root)
    return 'must be absolute and without . .. or a last /';
  if (/[*?[\]{}\0]/.test(root)) return 'must not hold wildcards';
  if (root === '' || topFolders.includes(root)) return 'is too high up: name a folder inside it';
  if (root.split('/').length < 3 && !own.isMount) return 'is too high up: name a folder inside it, or mount it';
  const tree = systemTrees.find((folder) => isWithin(root, folder));
  if (tree !== undefined) return `belongs to the system (${tree})`;
  const homes = [own.home, '/root', ...homeFoldersOf(root)];
  for (const home of homes) {
    if (isWithin(home, root)) return 'is a home folder, or holds one';
    if (isWithin(root, home) && root.slice(home.length + 1).startsWith('.')) return 'is a hidden folder of a home';
  }
  if (isWithin(own.cwd, root)) return 'holds the folder that Cortex runs in';
  return undefined;
}

/** Cortex's own folders, and whether the folder is the top of a file system of its own. */
export interface RootContext {
  readonly home: string;
  readonly cwd: string;
  readonly isMount: boolean;
}

export type RootsResult =
  { readonly ok: true; readonly roots: readonly string[] } | { readonly ok: false; readonly problem: string };

/** The real paths of the default roots and of those that the playbook adds. A symbolic link is never a root. */
export async function resolveRoots(added: readonly string[], defaults: readonly string[]): Promise<RootsResult> {
  const roots: string[] = [];
  for (const root of added) {
    const own = { home: homedir(), cwd: process.cwd(), isMount: await isMount(root) };
    const problem = rootProblem(root, own);
    if (problem !== undefined) return { ok: false, problem: `allowed root ${root} ${problem}` };
    const real = await realOrUndefined(root);
    if (real === undefined) return { ok: false, problem: `allowed root ${root} is not there` };
    if (real !== root) return { ok: false, problem: `allowed root ${root} is really ${real}: write that` };
    roots.push(real);
  }
  for (const root of defaults) {
    const real = await realOrUndefined(root);
    if (real !== undefined) roots.push(real);
  }
  return { ok: true, roots };
}

/** True when `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function homeFoldersOf(root: string): readonly string[] {
  const [, top, user] = root.split('/');
  return (top === 'home' || top === 'Users') && user !== undefined ? [`/${top}/${user}`] : [];
}

async function isMount(path: string): Promise<boolean> {
  try {
    const [own, parent] = await Promise.all([mountAt(path), mountAt(dirname(path))]);
    return own !== parent;
  } catch {
    return false;
  }
}

async function realOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}
