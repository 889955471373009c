import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parseArchiveName } from './archive-name.ts';
import { readPieces } from './read-pieces.ts';

/** True when the log still begins with the content of the archive: it was copied, and not truncated afterwards. */
export async function isCopiedFrom(log: FileHandle, archivePath: string): Promise<boolean> {
  const archive = await open(archivePath, constants.O_RDONLY | constants.O_NOFOLLOW);
  let [at, isSame] = [0, true];
  try {
    const isCompressed = parseArchiveName(archivePath.slice(archivePath.lastIndexOf('/') + 1))?.isCompressed === true;
    const compare = async (content: AsyncIterable<Buffer>) => {
      for await (const chunk of content) {
        isSame &&= await holds(log, at, chunk);
        at += chunk.length;
      }
    };
    if (isCompressed) await pipeline(() => readPieces(archive), createGunzip(), compare);
    else await pipeline(() => readPieces(archive), compare);
    return at > 0 && isSame;
  } catch (error) {
    // The end of the archive is missing: the copy was interrupted before the log could be truncated.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return isSame;
    throw error;
  } finally {
    await archive.close();
  }
}

async function holds(log: FileHandle, at: number, expected: Buffer): Promise<boolean> {
  const found = Buffer.allocUnsafe(expected.length);
  let filled = 0;
  while (filled < found.length) {
    const { bytesRead } = await log.read(found, filled, found.length - filled, at + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return found.equals(expected);
}
