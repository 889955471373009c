import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CortexError } from '@cortex/errors';
import { mountOf } from '../../files/mount.ts';
import type { OpenFolder } from '../../files/open-folder.ts';
import {
  archiveStamp,
  archiveTag,
  archivesOf,
  formatArchiveName,
  parseArchiveName,
  partialName,
  partialsOf,
} from './archive-name.ts';
import { cutOffWhatIsCopied } from './cut-off.ts';
import { appendExtents, hasHoles, readExtents, withoutHoles } from './holes.ts';
import { isCopiedFrom } from './is-copied-from.ts';
import type { FoundLog } from './find-logs.ts';
import { readPieces } from './read-pieces.ts';

export interface RotateOptions {
  readonly executionId: string;
  readonly at: Date;
  readonly compresses: boolean;
  readonly signal: AbortSignal;
}

export type LogRotation =
  | { readonly kind: 'rotated'; readonly bytes: number; readonly bytesFreed: number }
  | { readonly kind: 'skipped'; readonly reason: 'empty' | 'rotated_before' };

const bytesPerBlock = 512;

/**
 * Copies a log into an archive beside it and then truncates it, so that the writer continues with its open file.
 * Renaming would free nothing: the writer keeps the renamed file until it is told to open a new one, and Cortex cannot
 * know how to tell it. The price is that a line written between the last read of the size and the truncation, some
 * microseconds, is lost; and that a writer which does not append leaves a hole at the beginning, which takes no space: it stays one
 * in the archive, and is left out of a compressed one.
 */
export async function rotateLog({ folder, name, names }: FoundLog, options: RotateOptions): Promise<LogRotation> {
  const path = `${folder.path}/${name}`;
  const log = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const before = await log.stat();
    const problem = whyNot(before, (await mountOf(log)) === folder.mount);
    if (problem !== undefined) throw new CortexError('CORTEX_ACTION_FAILED', `${name} ${problem}`);
    const tag = archiveTag(options.executionId);
    for (const left of partialsOf(name, tag, names)) await unlink(`${folder.path}/${left}`);
    const earlier = archivesOf(name, names).find((archive) => parseArchiveName(archive)?.tag === tag);
    if (earlier !== undefined) {
      // This execution ran before. Was it interrupted between archive and truncation, or is the log a new one?
      if (!(await isCopiedFrom(log, `${folder.path}/${earlier}`))) return { kind: 'skipped', reason: 'rotated_before' };
      await unlink(`${folder.path}/${earlier}`);
    }
    if (before.size === 0) return { kind: 'skipped', reason: 'empty' };
    const archive = formatArchiveName({
      log: name,
      stamp: archiveStamp(options.at),
      tag,
      isCompressed: options.compresses,
    });
    const archiveBlocks = await archiveAndCut({ folder, name, log, before, archive, ...options });
    const after = await log.stat();
    const bytesFreed = (before.blocks - after.blocks - archiveBlocks) * bytesPerBlock;
    return { kind: 'rotated', bytes: before.size, bytesFreed };
  } finally {
    await log.close();
  }
}

/** Another name of the file may be outside of the allowed roots: truncating it would reach there. */
function whyNot(facts: Stats, isOfFolder: boolean): string | undefined {
  if (!facts.isFile() || !isOfFolder) return 'was replaced while it was opened';
  if (facts.nlink !== 1) return 'has several names (hard links)';
  return undefined;
}

interface RotationWork extends RotateOptions {
  readonly folder: OpenFolder;
  readonly name: string;
  readonly log: FileHandle;
  readonly before: Stats;
  readonly archive: string;
}

/** Returns how many blocks the archive takes. After any problem the log is whole, and no archive is left. */
async function archiveAndCut(work: RotationWork): Promise<number> {
  const { folder, log, before, signal } = work;
  const finalPath = `${folder.path}/${work.archive}`;
  const partialPath = `${folder.path}/${partialName(work.archive)}`;
  const archive = await createArchive(partialPath, before);
  try {
    const extents = () => readExtents(log, before.size);
    const sink = async (packed: AsyncIterable<Buffer>) => {
      for await (const piece of packed) await archive.writeFile(piece);
    };
    const source = () => (hasHoles(before) ? withoutHoles(extents()) : readPieces(log, before.size));
    if (work.compresses) await pipeline(source, createGzip(), sink, { signal });
    else if (hasHoles(before)) await appendExtents(archive, extents(), signal);
    else await pipeline(source, sink, { signal });
    await archive.datasync();
    await rename(partialPath, finalPath);
    await syncFolder(folder);
    const named = await lstat(`${folder.path}/${work.name}`);
    if (named.ino !== before.ino)
      throw new CortexError('CORTEX_ACTION_FAILED', `${work.name} was replaced while it was copied`);
    await cutOffWhatIsCopied({
      name: work.name,
      log,
      archive,
      copied: before.size,
      compresses: work.compresses,
      signal,
    });
  } catch (error) {
    await archive.close();
    await Promise.allSettled([unlink(partialPath), unlink(finalPath)]);
    throw error;
  }
  // From here on the archive is the only copy: no later failure may remove it.
  await archive.close();
  return (await lstat(finalPath)).blocks;
}

/** Owner and mode as of the log; readable by the owner alone where the owner cannot be set. */
async function createArchive(path: string, like: Stats): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW } = constants;
  const archive = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    const own = await archive.stat();
    if (own.uid !== like.uid || own.gid !== like.gid) await archive.chown(like.uid, like.gid);
    await archive.chmod(like.mode & 0o777);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) {
      await archive.close();
      await unlink(path);
      throw error;
    }
  }
  return archive;
}

async function syncFolder(folder: OpenFolder): Promise<void> {
  const handle = await open(folder.path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
