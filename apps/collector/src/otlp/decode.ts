import { RequestError } from '../http/request-error.ts';
import { readMessage, wire, type ProtobufReader } from '../protobuf.ts';
import type { Attributes, DataPoint, Metric, MetricsRequest } from './request.ts';

type Attribute = NonNullable<Attributes>[number];
type AttributeValue = NonNullable<Attribute['value']>;
type Read = Parameters<typeof readMessage>[1];
type ResourceMetrics = NonNullable<MetricsRequest['resourceMetrics']>[number];
type ScopeMetrics = NonNullable<ResourceMetrics['scopeMetrics']>[number];

/** Messages within one request; an empty one takes two bytes, so the limit of the body alone would allow millions. */
export const maxMessages = 500_000;
/** Lists of lists, as values of attributes. */
const maxDepth = 16;

/**
 * An OTLP/protobuf metrics request in the shape of OTLP/JSON, so that there is one mapping for both; what that does not
 * read is passed over. Throws 400.
 */
export function decodeMetricsRequest(body: Buffer): MetricsRequest {
  try {
    return new Decoder().request(body);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(400, `not an OTLP metrics request: ${reason}`);
  }
}

class Decoder {
  #messages = 0;

  // The numbers of the fields are those of opentelemetry-proto v1.
  request(bytes: Uint8Array): MetricsRequest {
    const resourceMetrics: ResourceMetrics[] = [];
    this.#read(bytes, { 1: (reader) => resourceMetrics.push(this.#resourceMetrics(reader.bytes())) });
    return { resourceMetrics };
  }

  #resourceMetrics(bytes: Uint8Array): ResourceMetrics {
    let attributes: Attribute[] = [];
    const scopeMetrics: ScopeMetrics[] = [];
    this.#read(bytes, {
      1: (reader) => (attributes = this.#attributesOf(reader.bytes())),
      2: (reader) => scopeMetrics.push(this.#scopeMetrics(reader.bytes())),
    });
    return { resource: { attributes }, scopeMetrics };
  }

  #attributesOf(resource: Uint8Array): Attribute[] {
    const attributes: Attribute[] = [];
    this.#read(resource, { 1: (reader) => attributes.push(this.#attribute(reader.bytes())) });
    return attributes;
  }

  #scopeMetrics(bytes: Uint8Array): ScopeMetrics {
    const metrics: Metric[] = [];
    this.#read(bytes, { 2: (reader) => metrics.push(this.#metric(reader.bytes())) });
    return { metrics };
  }

  #metric(bytes: Uint8Array): Metric {
    const metric: Metric = { name: '' };
    const numbers = (data: Uint8Array): { dataPoints: DataPoint[] } => {
      const dataPoints: DataPoint[] = [];
      this.#read(data, { 1: (reader) => dataPoints.push(this.#dataPoint(reader.bytes())) });
      return { dataPoints };
    };
    const counted = (data: Uint8Array): { dataPoints: unknown[] } => {
      const dataPoints: unknown[] = [];
      this.#read(data, { 1: (reader) => dataPoints.push(reader.bytes().length) });
      return { dataPoints };
    };
    this.#read(bytes, {
      1: (reader) => (metric.name = reader.string()),
      3: (reader) => (metric.unit = reader.string()),
      5: (reader) => (metric.gauge = numbers(reader.bytes())),
      7: (reader) => (metric.sum = numbers(reader.bytes())),
      9: (reader) => (metric.histogram = counted(reader.bytes())),
      10: (reader) => (metric.exponentialHistogram = counted(reader.bytes())),
      11: (reader) => (metric.summary = counted(reader.bytes())),
    });
    return metric;
  }

  #dataPoint(bytes: Uint8Array): DataPoint {
    const attributes: Attribute[] = [];
    const point: DataPoint = { attributes };
    this.#read(
      bytes,
      { 7: (reader) => attributes.push(this.#attribute(reader.bytes())) },
      {
        3: [wire.fixed64, (reader) => (point.timeUnixNano = reader.fixed64().toString())],
        4: [wire.fixed64, (reader) => (point.asDouble = reader.double())],
        6: [wire.fixed64, (reader) => (point.asInt = reader.sfixed64().toString())],
        8: [wire.varint, (reader) => (point.flags = reader.uint32())],
      },
    );
    return point;
  }

  #attribute(bytes: Uint8Array, depth = 0): Attribute {
    const attribute: Attribute = { key: '' };
    this.#read(bytes, {
      1: (reader) => (attribute.key = reader.string()),
      2: (reader) => (attribute.value = this.#value(reader.bytes(), depth)),
    });
    return attribute;
  }

  #value(bytes: Uint8Array, depth: number): AttributeValue {
    if (depth > maxDepth) throw new RequestError(400, 'the body is nested too deeply');
    const value: AttributeValue = {};
    const values: AttributeValue[] = [];
    const entries: Attribute[] = [];
    this.#read(
      bytes,
      {
        1: (reader) => (value.stringValue = reader.string()),
        5: (reader) => {
          this.#read(reader.bytes(), { 1: (inner) => values.push(this.#value(inner.bytes(), depth + 1)) });
          value['arrayValue'] = { values };
        },
        6: (reader) => {
          this.#read(reader.bytes(), { 1: (inner) => entries.push(this.#attribute(inner.bytes(), depth + 1)) });
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

  /** Reads a message: fields of bytes, text and messages first, then those of other wire types. */
  #read(
    bytes: Uint8Array,
    fields: Readonly<Record<number, (reader: ProtobufReader) => unknown>>,
    scalars: Readonly<Record<number, readonly [wireType: number, read: (reader: ProtobufReader) => unknown]>> = {},
  ): void {
    this.#messages += 1;
    if (this.#messages > maxMessages) throw new RequestError(400, 'the request has too many parts; send fewer at once');
    const read: Read = (field, reader, wireType) => {
      const scalar = scalars[field];
      if (scalar?.[0] === wireType) scalar[1](reader);
      else if (wireType === wire.bytes && fields[field] !== undefined) fields[field](reader);
      else return false;
      return true;
    };
    readMessage(bytes, read);
  }
}
