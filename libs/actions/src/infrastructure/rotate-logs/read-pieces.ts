import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 256 * 1024;

/** The bytes of an open file, from its beginning up to `end` or to where it ends. The handle stays open. */
export async function* readPieces(file: FileHandle, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  for (let at = 0; at < end;) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}
