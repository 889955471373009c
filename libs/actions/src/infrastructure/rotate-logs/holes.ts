import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { readPieces } from './read-pieces.ts';

/** A hole is made of whole blocks: fewer zeros may be what somebody wrote. */
const blockBytes = 4096;
const bytesPerSector = 512;
const directBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(directBytes);

/** A part of a file that holds something, or a hole. */
export type Extent =
  { readonly kind: 'data'; readonly bytes: Buffer } | { readonly kind: 'hole'; readonly length: number };

/** True when the file takes less room than it is long: a writer that does not append has left a hole. */
export function hasHoles({ size, blocks }: Pick<Stats, 'size' | 'blocks'>): boolean {
  return blocks * bytesPerSector < size;
}

/** The parts of a file. Node cannot ask where holes are, so whole blocks of zeros count as one. */
export async function* readExtents(file: FileHandle, end: number): AsyncGenerator<Extent> {
  for await (const piece of readSparse(file, end)) {
    if (isZero(piece)) yield { kind: 'hole', length: piece.length };
    else yield* extentsOf(piece);
  }
}

/**
 * As `readPieces`, past the memory in which the system keeps pages of files, where it can be: a hole is then read a hundred
 * times as fast, and drives no pages of others out.
 */
export async function* readSparse(file: FileHandle, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  // Such reads need memory that begins with a page.
  const memory = Buffer.from(new WebAssembly.Memory({ initial: directBytes / 65_536 }).buffer);
  const direct = await openDirect(file, memory);
  if (direct === undefined) return yield* readPieces(file, end);
  try {
    for (let at = 0; at < end; at += directBytes) {
      const { bytesRead } = await direct.read(memory, 0, directBytes, at);
      const piece = memory.subarray(0, Math.min(bytesRead, end - at));
      if (piece.length > 0) yield isZero(piece) ? zeros.subarray(0, piece.length) : Buffer.from(piece);
      if (bytesRead < directBytes) return;
    }
  } finally {
    await direct.close();
  }
}

async function openDirect(file: FileHandle, memory: Buffer): Promise<FileHandle | undefined> {
  let direct: FileHandle | undefined;
  try {
    direct = await open(`/proc/self/fd/${file.fd}`, constants.O_RDONLY | constants.O_DIRECT);
    // Some file systems open it so and then refuse to read.
    await direct.read(memory, 0, blockBytes, 0);
    return direct;
  } catch {
    await direct?.close();
    return undefined;
  }
}

/** Node has it; the types of a browser, where it is declared, are not among those of a service. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};

function* extentsOf(piece: Buffer): Generator<Extent> {
  let from = 0;
  while (from < piece.length) {
    const hole = isZero(piece.subarray(from, from + blockBytes));
    let to = from + blockBytes;
    while (to < piece.length && isZero(piece.subarray(to, to + blockBytes)) === hole) to += blockBytes;
    const bytes = piece.subarray(from, to);
    yield hole ? { kind: 'hole', length: bytes.length } : { kind: 'data', bytes };
    from = to;
  }
}

/** Writes the extents to the end of a file that is open for appending; what is a hole becomes one. */
export async function appendExtents(
  file: FileHandle,
  extents: AsyncIterable<Extent>,
  signal: AbortSignal,
): Promise<void> {
  let size = 0;
  for await (const extent of extents) {
    signal.throwIfAborted();
    if (extent.kind === 'data') await file.writeFile(extent.bytes);
    size += extent.kind === 'data' ? extent.bytes.length : extent.length;
    if (extent.kind === 'hole') await file.truncate(size);
  }
}

/** Without the holes: compressed, a hole would still take a thousandth of its length, and all the time of reading it. */
export async function* withoutHoles(extents: AsyncIterable<Extent>): AsyncGenerator<Buffer> {
  for await (const extent of extents) if (extent.kind === 'data') yield extent.bytes;
}

/** Without the zeros: holes may be in one copy of a log and not in the other. */
export async function* withoutZeros(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    if (!piece.includes(0)) yield piece;
    else if (!isZero(piece)) yield piece.filter((byte) => byte !== 0) as Buffer;
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.length <= zeros.length && bytes.equals(zeros.subarray(0, bytes.length));
}
