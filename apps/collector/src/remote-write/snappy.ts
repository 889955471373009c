import { RequestError } from '../http/request-error.ts';

/**
 * Decompresses the snappy block format. Refuses a body that announces more than `maxBytes` before it decompresses
 * anything, and one whose parts do not fit together. Every step consumes input and fits the announced length, so that
 * the work is bounded for any input. (https://github.com/google/snappy/blob/main/format_description.txt)
 */
export function unpackSnappy(packed: Buffer, maxBytes: number): Buffer {
  const header = readLength(packed);
  if (header.length > maxBytes) {
    throw new RequestError(413, `the body unpacks to ${header.length} bytes; at most ${maxBytes} are taken`);
  }
  const unpacked = Buffer.alloc(header.length);
  let from = header.end;
  let to = 0;
  while (from < packed.length) {
    const element = readElement(packed, from);
    from = element.end;
    if (to + element.length > unpacked.length) throw broken();
    if (element.kind === 'literal') {
      if (from + element.length > packed.length) throw broken();
      packed.copy(unpacked, to, from, from + element.length);
      from += element.length;
    } else {
      if (element.offset === 0 || element.offset > to) throw broken();
      copyWithin(unpacked, to, element.offset, element.length);
    }
    to += element.length;
  }
  if (to !== unpacked.length) throw broken();
  return unpacked;
}

type Element = { readonly length: number; readonly end: number } & (
  { readonly kind: 'literal' } | { readonly kind: 'copy'; readonly offset: number }
);

function readElement(packed: Buffer, at: number): Element {
  const tag = packed.readUInt8(at);
  const upper = tag >>> 2;
  switch (tag & 3) {
    case 0: {
      if (upper < 60) return { kind: 'literal', length: upper + 1, end: at + 1 };
      const bytes = upper - 59;
      return { kind: 'literal', length: littleEndian(packed, at + 1, bytes) + 1, end: at + 1 + bytes };
    }
    case 1: {
      const offset = ((tag >>> 5) << 8) | littleEndian(packed, at + 1, 1);
      return { kind: 'copy', length: (upper & 7) + 4, offset, end: at + 2 };
    }
    case 2:
      return { kind: 'copy', length: upper + 1, offset: littleEndian(packed, at + 1, 2), end: at + 3 };
    default:
      return { kind: 'copy', length: upper + 1, offset: littleEndian(packed, at + 1, 4), end: at + 5 };
  }
}

function littleEndian(packed: Buffer, at: number, bytes: number): number {
  if (at + bytes > packed.length) throw broken();
  return packed.readUIntLE(at, bytes);
}

/** A copy may overlap what it writes: then it repeats. */
function copyWithin(buffer: Buffer, to: number, offset: number, length: number): void {
  if (offset >= length) buffer.copy(buffer, to, to - offset, to - offset + length);
  else for (let index = 0; index < length; index += 1) buffer[to + index] = buffer[to - offset + index] ?? 0;
}

/** The length that the body announces: a varint of at most 32 bits. */
function readLength(packed: Buffer): { readonly length: number; readonly end: number } {
  let length = 0;
  for (let index = 0; index < Math.min(5, packed.length); index += 1) {
    const byte = packed[index] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, end: index + 1 };
  }
  throw broken();
}

function broken(): RequestError {
  return new RequestError(400, 'the body is no valid snappy block');
}
