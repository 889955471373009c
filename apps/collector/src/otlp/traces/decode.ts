import { wire } from '../../protobuf.ts';
import { decodeWith, type OtlpReader } from '../reader.ts';
import type { Span, TracesRequest } from './request.ts';

/** An OTLP/protobuf traces request; fields that the mapping does not need are skipped. Throws 400. */
export function decodeTracesRequest(body: Buffer): TracesRequest {
  return decodeWith('traces', (reader) => ({
    resourceSpans: reader
      .byResource(body, (bytes) => readSpan(reader, bytes))
      .map(({ resource, scopes }) => ({ resource, scopeSpans: scopes.map((spans) => ({ spans })) })),
  }));
}

function readSpan(reader: OtlpReader, bytes: Uint8Array): Span {
  const span: Span = {};
  reader.read(
    bytes,
    {
      4: (inner) => (span.parentSpanId = Buffer.from(inner.bytes()).toString('hex')),
      5: (inner) => (span.name = inner.string()),
      15: (inner) => (span.status = readStatus(reader, inner.bytes())),
    },
    {
      6: [wire.varint, (inner) => (span.kind = inner.int32())],
      7: [wire.fixed64, (inner) => (span.startTimeUnixNano = inner.fixed64().toString())],
      8: [wire.fixed64, (inner) => (span.endTimeUnixNano = inner.fixed64().toString())],
    },
  );
  return span;
}

function readStatus(reader: OtlpReader, bytes: Uint8Array): NonNullable<Span['status']> {
  const status: NonNullable<Span['status']> = {};
  reader.read(bytes, {}, { 3: [wire.varint, (inner) => (status.code = inner.int32())] });
  return status;
}
