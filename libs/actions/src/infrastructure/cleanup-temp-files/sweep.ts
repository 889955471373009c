import { lstat, opendir, unlink } from 'node:fs/promises';
import { messageOf } from '@cortex/errors';
import { mountAt } from '../../files/mount.ts';
import { openFolder } from '../../files/open-folder.ts';
import type { OpenFolder } from '../../files/open-folder.ts';
import type { OwnFiles } from '../../files/own-files.ts';
import { matchesName } from '../../files/glob-path.ts';

export interface SweepRules {
  /** Only files last written before this, epoch milliseconds. */
  readonly olderThanMs: number;
  /** Only files of more bytes than this. */
  readonly largerThanBytes: number;
  readonly maxFiles: number;
  /** False: only count. */
  readonly deletes: boolean;
}

export interface SweepTotals {
  files: number;
  bytes: number;
  errors: number;
  firstError?: string;
  /** What is mounted, Cortex's own or too deep, and was not entered. */
  left: number;
  firstLeft?: string;
  /** Why it ended early. */
  endedEarly?: 'limit' | 'stopped';
}

export interface SweepContext {
  readonly rules: SweepRules;
  readonly own: OwnFiles;
  readonly totals: SweepTotals;
  /** True when it must end now. */
  readonly isStopped: () => boolean;
  readonly onProgress: (totals: SweepTotals) => void;
}

const maxDepth = 64;
const progressEvery = 1_000;
const bytesPerBlock = 512;

/**
 * Deletes old files of a folder: at each level the names that match its pattern, below the last pattern everything. It
 * never follows a symbolic link, never enters what is mounted below or Cortex's own, and deletes regular files only.
 */
export async function sweep(
  folder: OpenFolder,
  patterns: readonly string[],
  context: SweepContext,
  depth = 0,
): Promise<void> {
  const [pattern, ...deeper] = patterns;
  for await (const entry of await opendir(folder.path)) {
    if (isDone(context)) return;
    if (pattern !== undefined && !matchesName(pattern, entry.name)) continue;
    const path = `${folder.path}/${entry.name}`;
    try {
      const facts = await lstat(path);
      if (facts.isDirectory()) {
        await sweepInto(folder, entry.name, deeper, context, depth + 1);
      } else if (facts.isFile() && deeper.length === 0 && isDue(facts, context.rules)) {
        // A name that something is mounted on cannot be deleted; the system refuses it should one appear meanwhile.
        if ((await mountAt(path)) !== folder.mount) leave(entry.name, mounted, context.totals);
        else {
          if (context.rules.deletes) await unlink(path);
          count(facts.blocks * bytesPerBlock, context);
        }
      }
    } catch (error) {
      note(error, context.totals);
    }
  }
}

const mounted = 'something is mounted there';

async function sweepInto(
  folder: OpenFolder,
  name: string,
  patterns: readonly string[],
  context: SweepContext,
  depth: number,
): Promise<void> {
  if (depth > maxDepth) return leave(name, `it is more than ${maxDepth} folders deep`, context.totals);
  const inner = await openFolder(`${folder.path}/${name}`);
  try {
    // Asked of the open folder: what is mounted by then, or put in its place, is seen.
    const problem = inner.mount === folder.mount ? await context.own.whyNotEnter(inner, name) : mounted;
    if (problem === undefined) await sweep(inner, patterns, context, depth);
    else leave(name, problem, context.totals);
  } finally {
    await inner.close();
  }
}

function leave(name: string, reason: string, totals: SweepTotals): void {
  totals.left += 1;
  totals.firstLeft ??= `${name}: ${reason}`;
}

function isDone({ totals, rules, isStopped }: SweepContext): boolean {
  if (totals.endedEarly !== undefined) return true;
  if (isStopped()) totals.endedEarly = 'stopped';
  else if (totals.files >= rules.maxFiles) totals.endedEarly = 'limit';
  return totals.endedEarly !== undefined;
}

function isDue(facts: { readonly mtimeMs: number; readonly size: number }, rules: SweepRules): boolean {
  return facts.mtimeMs < rules.olderThanMs && facts.size > rules.largerThanBytes;
}

function count(bytes: number, { totals, onProgress }: SweepContext): void {
  totals.files += 1;
  totals.bytes += bytes;
  if (totals.files % progressEvery === 0) onProgress(totals);
}

function note(error: unknown, totals: SweepTotals): void {
  // Another process deleted it first, which is as good.
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  totals.errors += 1;
  totals.firstError ??= messageOf(error);
}
