import { logMetrics } from '@cortex/contracts';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readWithFaults } from '../../test/faults.ts';
import { otlpServer } from '../../test/otlp-server.ts';
import { decodeLogsRequest } from './decode.ts';
import { LogsRequest } from './request.ts';
import { toRecords } from './to-records.ts';

/** What OpenTelemetry's own SDK has logged. */
function logged(): ReadableLogRecord[] {
  const exporter = new InMemoryLogRecordExporter();
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'shop-1' });
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('test');
  logger.emit({ severityNumber: 9, severityText: 'INFO', body: 'order 17 placed', attributes: { user: 'é' } });
  logger.emit({ severityNumber: 17, body: { message: 'payment declined', code: 7, list: [1, 'a'] } });
  logger.emit({ severityText: 'WARN', body: ['a', 'b'] });
  logger.emit({ body: 42, eventName: 'answer' });
  logger.emit({ eventName: 'started' });
  return exporter.getFinishedLogRecords();
}

const protobufOf = (records: ReadableLogRecord[]) =>
  Buffer.from(ProtobufLogsSerializer.serializeRequest(records) ?? []);
const jsonOf = (records: ReadableLogRecord[]) => Buffer.from(JsonLogsSerializer.serializeRequest(records) ?? []);
const path = '/v1/logs';

test('what the SDK of OpenTelemetry packs is the same in protobuf and in JSON', () => {
  const asJson = LogsRequest.parse(JSON.parse(jsonOf(logged()).toString()));
  const { records } = toRecords(decodeLogsRequest(protobufOf(logged())));
  expect(records).toEqual(toRecords(asJson).records);
  expect(records.map(({ severityNumber, severityText, body }) => [severityNumber, severityText, body])).toEqual([
    [9, 'INFO', 'order 17 placed'],
    [17, '', 'payment declined'],
    [0, 'WARN', expect.stringContaining('arrayValue')],
    [0, '', '42'],
    [0, '', 'started'],
  ]);
  expect(records[0]).toMatchObject({ service: 'shop', instance: 'shop-1' });
});

test.each([
  ['protobuf', 'x-protobuf', protobufOf(logged()), {}],
  ['JSON', 'json', jsonOf(logged()), {}],
  ['packed protobuf', 'x-protobuf', gzipSync(protobufOf(logged())), { 'content-encoding': 'gzip' }],
] as const)('%s is counted, and told at the end of the window', async (_, encoding, payload, headers) => {
  const { post, state, signalWindows, samples, received } = otlpServer();
  const response = await post(encoding, payload, { path, headers });
  expect([response.statusCode, received]).toEqual([200, ['logs 5 0']]);
  state.nowMs = 10_000;
  signalWindows.close();
  const told = Object.fromEntries(samples.map(({ metric, value }) => [metric, value]));
  expect(told).toMatchObject({ [logMetrics.records]: 0.5, [logMetrics.errors]: 0.1, [logMetrics.errorRatio]: 0.2 });
});

const requestOf = (service: string, ...bodies: readonly string[]) => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeLogs: [{ logRecords: bodies.map((stringValue) => ({ body: { stringValue } })) }],
});

describe('rejected records are reported', () => {
  test('records of a service whose name is none; the others are taken', async () => {
    const { post, received } = otlpServer();
    const request = { resourceLogs: [requestOf('<script>', 'a', 'b'), requestOf('shop', 'c')] };
    const response = await post('json', JSON.stringify(request), { path });
    expect([response.statusCode, response.json()]).toEqual([
      200,
      {
        partialSuccess: {
          rejectedLogRecords: '2',
          errorMessage: '2 records: service.name "<script>" is no name that Cortex takes',
        },
      },
    ]);
    expect(received).toEqual(['logs 1 2']);
  });

  test('records of one source too many', async () => {
    const { post } = otlpServer();
    const request = { resourceLogs: Array.from({ length: 501 }, (_, index) => requestOf(`s${index}`, 'x')) };
    expect((await post('json', JSON.stringify(request), { path })).json()).toMatchObject({
      partialSuccess: { rejectedLogRecords: '1' },
    });
  });
});

test('while samples cannot be handed on the window stays open, and then covers the whole time', async () => {
  const { post, state, signalWindows, samples } = otlpServer();
  await post('json', JSON.stringify({ resourceLogs: [requestOf('shop', 'a', 'b')] }), { path });
  Object.assign(state, { isFull: true, nowMs: 10_000 });
  signalWindows.close();
  expect(samples).toEqual([]);
  Object.assign(state, { isFull: false, nowMs: 20_000 });
  signalWindows.close();
  expect(samples.find(({ metric }) => metric === logMetrics.records)?.value).toBe(0.1);
});

test('bytes with faults are refused, or read as something that the JSON path would read too', () => {
  const read = (faulty: Buffer) => {
    const request = decodeLogsRequest(faulty);
    toRecords(request);
    return LogsRequest.safeParse(request).success;
  };
  expect(() => readWithFaults(protobufOf(logged()), read)).not.toThrow();
});
