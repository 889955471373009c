import { basename, dirname } from 'node:path';
import { globMatches } from '@cortex/contracts';

/** A path of the playbook, split: a folder without wildcards, and a name pattern for each level below it. */
export interface GlobPath {
  readonly base: string;
  readonly patterns: readonly string[];
}

/** Splits `/tmp/cache-*`. The last part is always a pattern, so that a folder itself is never deleted. */
export function parseGlobPath(path: string): GlobPath {
  const parts = path.split('/').filter((part) => part !== '');
  const firstGlob = parts.findIndex(hasWildcard);
  const split = firstGlob === -1 ? parts.length - 1 : firstGlob;
  return { base: `/${parts.slice(0, split).join('/')}`, patterns: parts.slice(split) };
}

/** The problem of a path's pattern, if there is one. */
export function globProblem(path: string): string | undefined {
  // Variables are substituted later, and only by names.
  if (/[[\]{}]/.test(path.replaceAll(/\$\{[a-z.]+\}/g, ''))) return 'only * and ? are wildcards here; [ ] { } are not';
  if (path.includes('**')) return '** is not needed: folders that match are cleaned with all that is in them';
  if (dirname(path) === path || basename(path) === '') return 'names no file or folder';
  return undefined;
}

/** Matches one name against `*` and `?`. As in a shell, a leading dot must be written out. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  return globMatches(pattern, name, { questionMark: true });
}

function hasWildcard(part: string): boolean {
  return part.includes('*') || part.includes('?');
}
