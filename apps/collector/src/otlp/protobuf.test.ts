import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import protobuf from 'protobufjs/minimal.js';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { maxBodyBytes } from '../http/body.ts';
import { readWithFaults } from '../test/faults.ts';
import { otlpServer } from '../test/otlp-server.ts';
import { decodeMetricsRequest } from './metrics/decode.ts';
import { MetricsRequest } from './metrics/request.ts';
import { maxMessages } from './reader.ts';

/** What OpenTelemetry's own SDK has measured. */
async function measured(withHistogram = false): Promise<ResourceMetrics> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'shop-1', cores: 4 });
  const views = [{ instrumentName: 'latency', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const }];
  const provider = new MeterProvider({ resource, readers: [reader], views });
  const meter = provider.getMeter('test');
  meter.createGauge('process.memory.usage', { unit: 'By' }).record(1.5, {
    text: 'é',
    whole: -7,
    real: 0.25,
    yes: true,
    list: ['a', 'b'],
  });
  meter.createCounter('requests').add(41);
  meter.createUpDownCounter('balance').add(-9_007_199_254_740_991);
  if (withHistogram) meter.createHistogram('latency').record(3);
  await reader.forceFlush();
  await provider.shutdown();
  const [metrics] = exporter.getMetrics();
  if (metrics === undefined) throw new Error('nothing was measured');
  return metrics;
}

const bytesOf = (metrics: ResourceMetrics): Buffer =>
  Buffer.from(ProtobufMetricsSerializer.serializeRequest(metrics) ?? []);

function setUp(isFull = false) {
  const { samples, post } = otlpServer({ isFull, nowMs: Date.now() });
  return {
    samples,
    post: (payload: Buffer, headers: Record<string, string> = {}, path = '/v1/metrics') =>
      post(headers['content-type'] === 'application/json' ? 'json' : 'x-protobuf', payload, { path, headers }),
  };
}

test('what the SDK of OpenTelemetry packs arrives, and is the same as in JSON', async () => {
  const metrics = await measured();
  const [asProtobuf, asJson] = [setUp(), setUp()];
  const response = await asProtobuf.post(bytesOf(metrics));
  expect([response.statusCode, response.headers['content-type'], response.rawPayload.length]).toEqual([
    200,
    'application/x-protobuf',
    0,
  ]);
  const json = Buffer.from(JsonMetricsSerializer.serializeRequest(metrics) ?? []);
  expect((await asJson.post(json, { 'content-type': 'application/json' })).json()).toEqual({});
  expect(asProtobuf.samples).toEqual(asJson.samples);
  const who = { service: 'shop', instance: 'shop-1' };
  const labels = { text: 'é', whole: '-7', real: '0.25', yes: 'true' };
  expect(asProtobuf.samples).toMatchObject([
    { ...who, metric: 'process_memory_usage', unit: 'By', labels, value: 1.5 },
    { ...who, metric: 'balance', value: -9_007_199_254_740_991 },
  ]);
  expect(asProtobuf.samples[0]?.timeMs).toBeGreaterThan(Date.now() - 60_000);
});

test('gzip', async () => {
  const { post, samples } = setUp();
  const response = await post(gzipSync(bytesOf(await measured())), { 'content-encoding': 'gzip' });
  expect([response.statusCode, samples.length]).toEqual([200, 2]);
});

test('an empty request is an empty body', async () => {
  expect((await setUp().post(Buffer.alloc(0))).statusCode).toBe(200);
});

test('rejected items are reported in protobuf', async () => {
  const { post, samples } = setUp();
  const response = await post(bytesOf(await measured(true)));
  expect(ProtobufMetricsSerializer.deserializeResponse(response.rawPayload)).toEqual({
    partialSuccess: {
      rejectedDataPoints: 1,
      errorMessage:
        '1 point: latency is of kind exponentialHistogram; only gauges, sums and histograms with bounds are read',
    },
  });
  expect(samples).toHaveLength(2);
});

describe.each(['metrics', 'logs', 'traces'])('what is refused at /v1/%s', (signal) => {
  const manyMessages = Buffer.alloc((maxMessages + 1) * 2, Buffer.from([10, 0]));
  test.each([
    ['no protobuf', Buffer.from('hello'), {}, 400, `not an OTLP ${signal} request`],
    ['a body that is cut off', Buffer.from([10, 100, 1]), {}, 400, `not an OTLP ${signal} request`],
    ['broken gzip', Buffer.from('hello'), { 'content-encoding': 'gzip' }, 400, 'no valid gzip'],
    ['too much', Buffer.alloc(maxBodyBytes + 1), {}, 413, 'larger than'],
    ['too much unpacked', gzipSync(Buffer.alloc(maxBodyBytes + 1)), { 'content-encoding': 'gzip' }, 413, 'unpacks'],
    ['too many parts', manyMessages, {}, 400, 'too many parts'],
  ])('%s', async (_, payload, headers, status, message) => {
    const response = await setUp().post(payload, headers as Record<string, string>, `/v1/${signal}`);
    expect([response.statusCode, response.headers['content-type']]).toEqual([status, 'application/x-protobuf']);
    expect(statusIn(response.rawPayload)).toEqual({ code: 3, message: expect.stringContaining(message) });
  });

  test('anything while too much is waiting', async () => {
    const response = await setUp(true).post(bytesOf(await measured()), {}, `/v1/${signal}`);
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
    expect(statusIn(response.rawPayload)).toMatchObject({ code: 14 });
  });

  test('lists within lists without end', async () => {
    let value = new protobuf.Writer().uint32(10).string('x').finish();
    for (let depth = 0; depth < 1_000; depth += 1) {
      const list = new protobuf.Writer().uint32(10).bytes(value).finish();
      value = new protobuf.Writer().uint32(42).bytes(list).finish();
    }
    const attribute = new protobuf.Writer().uint32(18).bytes(value).finish();
    const resource = new protobuf.Writer().uint32(10).bytes(attribute).finish();
    const resourceMetrics = new protobuf.Writer().uint32(10).bytes(resource).finish();
    const request = new protobuf.Writer().uint32(10).bytes(resourceMetrics).finish();
    const response = await setUp().post(Buffer.from(request), {}, `/v1/${signal}`);
    expect([response.statusCode, statusIn(response.rawPayload).message]).toEqual([
      400,
      'the body is nested too deeply',
    ]);
  });
});

test('bytes with faults are refused, or read as something that the JSON path would read too', async () => {
  const bytes = bytesOf(await measured(true));
  const read = (faulty: Buffer) => {
    const request = decodeMetricsRequest(faulty);
    // JSON has no NaN; the mapping rejects it.
    const json: unknown = JSON.parse(
      JSON.stringify(request, (_, value) => (Number.isNaN(value) ? 'NaN' : (value ?? 'NaN'))),
    );
    return MetricsRequest.safeParse(json).success;
  };
  expect(() => readWithFaults(bytes, read)).not.toThrow();
});

function statusIn(bytes: Uint8Array): { readonly code: number; readonly message: string } {
  const reader = protobuf.Reader.create(bytes);
  reader.tag();
  const code = reader.int32();
  reader.tag();
  return { code, message: reader.string() };
}
