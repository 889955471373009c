import { wire } from '../../protobuf.ts';
import type { Attribute } from '../attributes.ts';
import { decodeWith, type OtlpReader } from '../reader.ts';
import type { DataPoint, Metric, MetricsRequest } from './request.ts';

/** An OTLP/protobuf metrics request; what the mapping does not read is passed over. Throws 400. */
export function decodeMetricsRequest(body: Buffer): MetricsRequest {
  return decodeWith('metrics', (reader) => ({
    resourceMetrics: reader
      .byResource(body, (bytes) => readMetric(reader, bytes))
      .map(({ resource, scopes }) => ({ resource, scopeMetrics: scopes.map((metrics) => ({ metrics })) })),
  }));
}

function readMetric(reader: OtlpReader, bytes: Uint8Array): Metric {
  const metric: Metric = { name: '' };
  const pointsOf = <T>(data: Uint8Array, read: (point: Uint8Array) => T): { dataPoints: T[] } => {
    const dataPoints: T[] = [];
    reader.read(data, { 1: (inner) => dataPoints.push(read(inner.bytes())) });
    return { dataPoints };
  };
  const numbers = (data: Uint8Array) => pointsOf(data, (point) => readPoint(reader, point));
  const counted = (data: Uint8Array) => pointsOf<unknown>(data, (point) => point.length);
  reader.read(bytes, {
    1: (inner) => (metric.name = inner.string()),
    3: (inner) => (metric.unit = inner.string()),
    5: (inner) => (metric.gauge = numbers(inner.bytes())),
    7: (inner) => (metric.sum = numbers(inner.bytes())),
    9: (inner) => (metric.histogram = counted(inner.bytes())),
    10: (inner) => (metric.exponentialHistogram = counted(inner.bytes())),
    11: (inner) => (metric.summary = counted(inner.bytes())),
  });
  return metric;
}

function readPoint(reader: OtlpReader, bytes: Uint8Array): DataPoint {
  const attributes: Attribute[] = [];
  const point: DataPoint = { attributes };
  reader.read(
    bytes,
    { 7: (inner) => attributes.push(reader.attribute(inner.bytes())) },
    {
      3: [wire.fixed64, (inner) => (point.timeUnixNano = inner.fixed64().toString())],
      4: [wire.fixed64, (inner) => (point.asDouble = inner.double())],
      6: [wire.fixed64, (inner) => (point.asInt = inner.sfixed64().toString())],
      8: [wire.varint, (inner) => (point.flags = inner.uint32())],
    },
  );
  return point;
}
