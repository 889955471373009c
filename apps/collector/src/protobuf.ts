import protobuf from 'protobufjs/minimal.js';

export type ProtobufReader = protobuf.Reader;

/** A reader at the beginning of these bytes. */
export function readerOf(bytes: Uint8Array): ProtobufReader {
  return protobuf.Reader.create(bytes);
}

/**
 * Reads one protobuf message field by field. `read` gets the number and the wire type of each field and either reads
 * it, or returns false to have it skipped. Throws when the bytes are no protobuf.
 */
export function readMessage(
  bytes: Uint8Array,
  read: (field: number, reader: ProtobufReader, wireType: number) => boolean,
): void {
  const reader = readerOf(bytes);
  readFields(reader, reader.len, read);
}

/** Reads in place the message of a length-delimited field; as {@link readMessage} does. */
export function readNested(
  reader: ProtobufReader,
  read: (field: number, reader: ProtobufReader, wireType: number) => boolean,
): void {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError(`a message of ${length} bytes goes beyond the end`);
  readFields(reader, end, read);
}

function readFields(
  reader: ProtobufReader,
  end: number,
  read: (field: number, reader: ProtobufReader, wireType: number) => boolean,
): void {
  while (reader.pos < end) {
    const tag = reader.tag();
    if (!read(tag >>> 3, reader, tag & 7)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
  if (reader.pos !== end) throw new RangeError('a field goes beyond the end of its message');
}

/** The wire types that occur. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
