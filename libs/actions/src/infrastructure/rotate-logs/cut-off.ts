import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { CortexError } from '@cortex/errors';

export interface CutOff {
  readonly name: string;
  readonly log: FileHandle;
  readonly archive: FileHandle;
  /** Bytes from the beginning of the log that are in the archive and synced to disk. */
  readonly copied: number;
  readonly compresses: boolean;
  readonly signal: AbortSignal;
}

const pieceBytes = 1024 * 1024;
const carefulRounds = 16;
const fastRounds = 64;

/**
 * Copies what was written meanwhile, and truncates the log at a moment at which nothing is missing. First each tail is
 * synced to disk; a log that is written so fast that there is always a new tail is then chased without syncing.
 */
export async function cutOffWhatIsCopied(work: CutOff): Promise<void> {
  let { copied } = work;
  for (let round = 0; round < carefulRounds + fastRounds; round += 1) {
    if (work.signal.aborted) throw new CortexError('CORTEX_ACTION_FAILED', `stopped before ${work.name} was cut off`);
    const { size } = fstatSync(work.log.fd);
    if (size < copied)
      throw new CortexError('CORTEX_ACTION_FAILED', `somebody else cut ${work.name} off while it was copied`);
    if (size === copied) {
      // No `await` since the size was read: this is the whole window for lost lines.
      ftruncateSync(work.log.fd, 0);
      return;
    }
    copied += copyTail(work, copied, size);
    if (round < carefulRounds) await work.archive.datasync();
  }
  throw new CortexError('CORTEX_ACTION_FAILED', `${work.name} is written faster than it can be copied`);
}

/** A gzip file may have several members, so a tail is simply one more. */
function copyTail({ log, archive, compresses }: CutOff, from: number, to: number): number {
  const tail = Buffer.allocUnsafe(Math.min(pieceBytes, to - from));
  const bytes = readSync(log.fd, tail, 0, tail.length, from);
  const read = tail.subarray(0, bytes);
  const packed = compresses ? gzipSync(read) : read;
  for (let written = 0; written < packed.length;) written += writeSync(archive.fd, packed, written);
  return bytes;
}
