import { messageOf } from '@cortex/errors';
import { RequestError } from '../http/request-error.ts';
import { readMessage, wire, type ProtobufReader } from '../protobuf.ts';
import type { Attribute, AttributeValue } from './attributes.ts';

type Fields = Readonly<Record<number, (reader: ProtobufReader) => unknown>>;
type Scalars = Readonly<Record<number, readonly [wireType: number, read: (reader: ProtobufReader) => unknown]>>;

interface OfResource<T> {
  readonly resource: { attributes: Attribute[] };
  /** The items of each scope. */
  readonly scopes: readonly T[][];
}

/** Messages within one request; an empty one takes two bytes, so the limit of the body alone would allow millions. */
export const maxMessages = 500_000;
/** Lists of lists, as values of attributes. */
const maxDepth = 16;

/** Reads an OTLP/protobuf request in the shape of OTLP/JSON, so that there is one mapping for both. Throws 400. */
export function decodeWith<T>(what: string, read: (reader: OtlpReader) => T): T {
  try {
    return read(new OtlpReader());
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason = messageOf(error);
    throw new RequestError(400, `not an OTLP ${what} request: ${reason}`);
  }
}

/** The common parts of one request. The numbers of the fields are those of opentelemetry-proto v1. */
export class OtlpReader {
  #messages = 0;

  /** The common structure of all requests: a list of resources, each with a list of scopes, each with a list of items. */
  byResource<T>(request: Uint8Array, readItem: (bytes: Uint8Array) => T): OfResource<T>[] {
    const resources: OfResource<T>[] = [];
    this.read(request, { 1: (reader) => resources.push(this.#ofResource(reader.bytes(), readItem)) });
    return resources;
  }

  attribute(bytes: Uint8Array, depth = 0): Attribute {
    const attribute: Attribute = { key: '' };
    this.read(bytes, {
      1: (reader) => (attribute.key = reader.string()),
      2: (reader) => (attribute.value = this.value(reader.bytes(), depth)),
    });
    return attribute;
  }

  value(bytes: Uint8Array, depth = 0): AttributeValue {
    if (depth > maxDepth) throw new RequestError(400, 'the body is nested too deeply');
    const value: AttributeValue = {};
    const values: AttributeValue[] = [];
    const entries: Attribute[] = [];
    this.read(
      bytes,
      {
        1: (reader) => (value.stringValue = reader.string()),
        5: (reader) => {
          this.read(reader.bytes(), { 1: (inner) => values.push(this.value(inner.bytes(), depth + 1)) });
          value['arrayValue'] = { values };
        },
        6: (reader) => {
          this.read(reader.bytes(), { 1: (inner) => entries.push(this.attribute(inner.bytes(), depth + 1)) });
          value['kvlistValue'] = { values: entries };
        },
        7: (reader) => (value['bytesValue'] = Buffer.from(reader.bytes()).toString('base64')),
      },
      {
        2: [wire.varint, (reader) => (value.boolValue = reader.bool())],
        3: [wire.varint, (reader) => (value.intValue = reader.int64().toString())],
        4: [wire.fixed64, (reader) => (value.doubleValue = reader.double())],
      },
    );
    return value;
  }

  /**
   * Reads a message: fields of bytes, text and messages first, then those of other wire types. Unknown fields are
   * skipped.
   */
  read(bytes: Uint8Array, fields: Fields, scalars: Scalars = {}): void {
    this.#messages += 1;
    if (this.#messages > maxMessages) throw new RequestError(400, 'the request has too many parts; send fewer at once');
    readMessage(bytes, (field, reader, wireType) => {
      const scalar = scalars[field];
      if (scalar?.[0] === wireType) scalar[1](reader);
      else if (wireType === wire.bytes && fields[field] !== undefined) fields[field](reader);
      else return false;
      return true;
    });
  }

  #ofResource<T>(bytes: Uint8Array, readItem: (bytes: Uint8Array) => T): OfResource<T> {
    let attributes: Attribute[] = [];
    const scopes: T[][] = [];
    this.read(bytes, {
      1: (reader) => (attributes = this.#attributesOf(reader.bytes())),
      2: (reader) => {
        const items: T[] = [];
        scopes.push(items);
        this.read(reader.bytes(), { 2: (inner) => items.push(readItem(inner.bytes())) });
      },
    });
    return { resource: { attributes }, scopes };
  }

  #attributesOf(resource: Uint8Array): Attribute[] {
    const attributes: Attribute[] = [];
    this.read(resource, { 1: (reader) => attributes.push(this.attribute(reader.bytes())) });
    return attributes;
  }
}
