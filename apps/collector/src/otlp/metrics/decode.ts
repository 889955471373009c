import { wire } from '../../protobuf.ts';
import type { Attribute } from '../attributes.ts';
import { decodeWith, type OtlpReader } from '../reader.ts';
import type { DataPoint, HistogramPoint, Metric, MetricsRequest } from './request.ts';

/** An OTLP/protobuf metrics request; fields that the mapping does not need are skipped. Throws 400. */
export function decodeMetricsRequest(body: Buffer): MetricsRequest {
  return decodeWith('metrics', (reader) => ({
    resourceMetrics: reader
      .byResource(body, (bytes) => readMetric(reader, bytes))
      .map(({ resource, scopes }) => ({ resource, scopeMetrics: scopes.map((metrics) => ({ metrics })) })),
  }));
}

function readMetric(reader: OtlpReader, bytes: Uint8Array): Metric {
  const metric: Metric = { name: '' };
  reader.read(bytes, {
    1: (inner) => (metric.name = inner.string()),
    3: (inner) => (metric.unit = inner.string()),
    5: (inner) => (metric.gauge = readData(reader, inner.bytes(), readPoint)),
    7: (inner) => (metric.sum = readData(reader, inner.bytes(), readPoint)),
    9: (inner) => (metric.histogram = readData(reader, inner.bytes(), readHistogramPoint)),
    10: (inner) => (metric.exponentialHistogram = readData(reader, inner.bytes(), () => undefined)),
    11: (inner) => (metric.summary = readData(reader, inner.bytes(), () => undefined)),
  });
  return metric;
}

interface Data<T> {
  dataPoints: T[];
  aggregationTemporality?: number;
  isMonotonic?: boolean;
}

function readData<T>(
  reader: OtlpReader,
  bytes: Uint8Array,
  readPointOf: (reader: OtlpReader, bytes: Uint8Array) => T,
): Data<T> {
  const data: Data<T> = { dataPoints: [] };
  reader.read(
    bytes,
    { 1: (inner) => data.dataPoints.push(readPointOf(reader, inner.bytes())) },
    {
      2: [wire.varint, (inner) => (data.aggregationTemporality = inner.int32())],
      3: [wire.varint, (inner) => (data.isMonotonic = inner.bool())],
    },
  );
  return data;
}

function readPoint(reader: OtlpReader, bytes: Uint8Array): DataPoint {
  const attributes: Attribute[] = [];
  const point: DataPoint = { attributes };
  reader.read(
    bytes,
    { 7: (inner) => attributes.push(reader.attribute(inner.bytes())) },
    {
      2: [wire.fixed64, (inner) => (point.startTimeUnixNano = inner.fixed64().toString())],
      3: [wire.fixed64, (inner) => (point.timeUnixNano = inner.fixed64().toString())],
      4: [wire.fixed64, (inner) => (point.asDouble = inner.double())],
      6: [wire.fixed64, (inner) => (point.asInt = inner.sfixed64().toString())],
      8: [wire.varint, (inner) => (point.flags = inner.uint32())],
    },
  );
  return point;
}

function readHistogramPoint(reader: OtlpReader, bytes: Uint8Array): HistogramPoint {
  const attributes: Attribute[] = [];
  const bucketCounts: number[] = [];
  const explicitBounds: number[] = [];
  const point: HistogramPoint = { attributes, bucketCounts, explicitBounds };
  // Lists of numbers come packed into one field, or one by one.
  reader.read(
    bytes,
    {
      6: (inner) => eights(inner.bytes(), (buffer, at) => bucketCounts.push(Number(buffer.readBigUInt64LE(at)))),
      7: (inner) => eights(inner.bytes(), (buffer, at) => explicitBounds.push(buffer.readDoubleLE(at))),
      9: (inner) => attributes.push(reader.attribute(inner.bytes())),
    },
    {
      2: [wire.fixed64, (inner) => (point.startTimeUnixNano = inner.fixed64().toString())],
      3: [wire.fixed64, (inner) => (point.timeUnixNano = inner.fixed64().toString())],
      4: [wire.fixed64, (inner) => (point.count = inner.fixed64().toString())],
      5: [wire.fixed64, (inner) => (point.sum = inner.double())],
      6: [wire.fixed64, (inner) => bucketCounts.push(Number(inner.fixed64().toString()))],
      7: [wire.fixed64, (inner) => explicitBounds.push(inner.double())],
      10: [wire.varint, (inner) => (point.flags = inner.uint32())],
    },
  );
  return point;
}

function eights(bytes: Uint8Array, read: (buffer: Buffer, at: number) => void): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length; at += 8) read(buffer, at);
}
