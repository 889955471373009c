import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parseArchiveName } from './archive-name.ts';
import { hasHoles, readSparse, withoutZeros } from './holes.ts';
import { readPieces } from './read-pieces.ts';

/**
 * True when the log still begins with the content of the archive: it was copied, and not truncated afterwards. Zeros do not
 * count, because the holes of a log are not in its archive.
 */
export async function isCopiedFrom(log: FileHandle, archivePath: string): Promise<boolean> {
  const archive = await open(archivePath, constants.O_RDONLY | constants.O_NOFOLLOW);
  const rest = new Rest(withoutZeros(hasHoles(await log.stat()) ? readSparse(log) : readPieces(log)));
  let [isEmpty, isSame] = [true, true];
  try {
    const isCompressed = parseArchiveName(archivePath.slice(archivePath.lastIndexOf('/') + 1))?.isCompressed === true;
    const compare = async (content: AsyncIterable<Buffer>) => {
      for await (const chunk of withoutZeros(content)) {
        isSame &&= (await rest.take(chunk.length)).equals(chunk);
        isEmpty = false;
      }
    };
    if (isCompressed) await pipeline(() => readPieces(archive), createGunzip(), compare);
    else await pipeline(() => readPieces(archive), compare);
    return !isEmpty && isSame;
  } catch (error) {
    // The end of the archive is missing: the copy was interrupted before the log could be truncated.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return isSame;
    throw error;
  } finally {
    await Promise.all([archive.close(), rest.close()]);
  }
}

/** What is still to come of a stream of pieces. */
class Rest {
  readonly #pieces: AsyncGenerator<Buffer>;
  #piece: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncGenerator<Buffer>) {
    this.#pieces = pieces;
  }

  /** The next bytes: fewer only where it ends. */
  async take(length: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      if (this.#piece.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) break;
        this.#piece = next.value;
      }
      const part = this.#piece.subarray(0, missing);
      this.#piece = this.#piece.subarray(part.length);
      taken.push(part);
      missing -= part.length;
    }
    return Buffer.concat(taken);
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }
}
