import { wire } from '../../protobuf.ts';
import { decodeWith, type OtlpReader } from '../reader.ts';
import type { LogRecord, LogsRequest } from './request.ts';

/** An OTLP/protobuf logs request; fields that the mapping does not need are skipped. Throws 400. */
export function decodeLogsRequest(body: Buffer): LogsRequest {
  return decodeWith('logs', (reader) => ({
    resourceLogs: reader
      .byResource(body, (bytes) => readRecord(reader, bytes))
      .map(({ resource, scopes }) => ({ resource, scopeLogs: scopes.map((logRecords) => ({ logRecords })) })),
  }));
}

function readRecord(reader: OtlpReader, bytes: Uint8Array): LogRecord {
  const record: LogRecord = {};
  reader.read(
    bytes,
    {
      3: (inner) => (record.severityText = inner.string()),
      5: (inner) => (record.body = reader.value(inner.bytes())),
      12: (inner) => (record.eventName = inner.string()),
    },
    { 2: [wire.varint, (inner) => (record.severityNumber = inner.int32())] },
  );
  return record;
}
