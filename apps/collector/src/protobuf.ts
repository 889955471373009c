import protobuf from 'protobufjs/minimal.js';

export type ProtobufReader = protobuf.Reader;

/**
 * Reads one protobuf message field by field. `read` is given the number and the wire type of each field and either reads
 * it, or gives back false to have it skipped. Throws when the bytes are no protobuf.
 */
export function readMessage(
  bytes: Uint8Array,
  read: (field: number, reader: ProtobufReader, wireType: number) => boolean,
): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (!read(tag >>> 3, reader, tag & 7)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

/** The wire types that we meet. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
