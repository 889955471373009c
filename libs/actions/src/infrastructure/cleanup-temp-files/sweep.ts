import { lstat, opendir, unlink } from 'node:fs/promises';
import { messageOf } from '@cortex/errors';
import { openFolder } from '../../files/open-folder.ts';
import type { OpenFolder } from '../../files/open-folder.ts';
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
  /** Why it ended early. */
  endedEarly?: 'limit' | 'stopped';
}

export interface SweepContext {
  readonly rules: SweepRules;
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
 * never follows a symbolic link, never leaves the file system, and deletes regular files only.
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
      if (facts.dev !== folder.device) continue;
      if (facts.isDirectory() && depth < maxDepth) {
        await sweepInto(path, folder.device, deeper, context, depth + 1);
      } else if (facts.isFile() && deeper.length === 0 && isDue(facts, context.rules)) {
        if (context.rules.deletes) await unlink(path);
        count(facts.blocks * bytesPerBlock, context);
      }
    } catch (error) {
      note(error, context.totals);
    }
  }
}

async function sweepInto(
  path: string,
  device: number,
  patterns: readonly string[],
  context: SweepContext,
  depth: number,
): Promise<void> {
  const inner = await openFolder(path);
  try {
    // Checked again on the open folder: a mount point may have appeared in between.
    if (inner.device === device) await sweep(inner, patterns, context, depth);
  } finally {
    await inner.close();
  }
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
