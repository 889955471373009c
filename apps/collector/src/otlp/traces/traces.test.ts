import { traceMetrics } from '@cortex/contracts';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readWithFaults } from '../../test/faults.ts';
import { otlpServer } from '../../test/otlp-server.ts';
import { decodeTracesRequest } from './decode.ts';
import { TracesRequest } from './request.ts';
import { toSpans } from './to-spans.ts';

/** As the API of OpenTelemetry numbers them; OTLP numbers from one more. */
const kinds = { internal: 0, server: 1, client: 2 } as const;
const failed = { code: 2, message: 'it failed' } as const;

/** What OpenTelemetry's own SDK has traced. */
function traced(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'shop-1' });
  const provider = new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('test');
  const span = (name: string, kind: 0 | 1 | 2, seconds: number) => {
    const started = tracer.startSpan(name, { kind, startTime: [1_700_000_000, 0], root: true });
    started.addEvent('something', { big: 'x'.repeat(100) });
    if (name.startsWith('POST')) started.setStatus(failed);
    started.end([1_700_000_000 + seconds, 500_000_000]);
  };
  span('GET /cart', kinds.server, 0);
  span('POST /pay', kinds.server, 2);
  span('SELECT', kinds.client, 1);
  span('nightly', kinds.internal, 60);
  return exporter.getFinishedSpans();
}

const protobufOf = (spans: ReadableSpan[]) => Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []);
const jsonOf = (spans: ReadableSpan[]) => Buffer.from(JsonTraceSerializer.serializeRequest(spans) ?? []);
const path = '/v1/traces';

test('what the SDK of OpenTelemetry packs is the same in protobuf and in JSON', () => {
  const asJson = TracesRequest.parse(JSON.parse(jsonOf(traced()).toString()));
  const { spans } = toSpans(decodeTracesRequest(protobufOf(traced())));
  expect(spans).toEqual(toSpans(asJson).spans);
  const who = { service: 'shop', instance: 'shop-1', isRoot: true };
  expect(spans).toEqual([
    { ...who, name: 'GET /cart', kind: 2, isError: false, seconds: 0.5 },
    { ...who, name: 'POST /pay', kind: 2, isError: true, seconds: 2.5 },
    { ...who, name: 'SELECT', kind: 3, isError: false, seconds: 1.5 },
    { ...who, name: 'nightly', kind: 1, isError: false, seconds: 60.5 },
  ]);
});

test.each([
  ['protobuf', 'x-protobuf', protobufOf(traced()), {}],
  ['JSON', 'json', jsonOf(traced()), {}],
  ['packed JSON', 'json', gzipSync(jsonOf(traced())), { 'content-encoding': 'gzip' }],
] as const)('%s is counted, and told at the end of the window', async (_, encoding, payload, headers) => {
  const { post, state, signalWindows, samples, received } = otlpServer();
  const response = await post(encoding, payload, { path, headers });
  expect([response.statusCode, received]).toEqual([200, ['traces 4 0']]);
  state.nowMs = 10_000;
  signalWindows.close();
  const of = (operation?: string) =>
    Object.fromEntries(
      samples.filter(({ labels }) => labels['operation'] === operation).map(({ metric, value }) => [metric, value]),
    );
  expect(of()).toMatchObject({ [traceMetrics.requests]: 0.3, [traceMetrics.errors]: 0.1 });
  expect(of('POST /pay')[traceMetrics.p99]).toBeCloseTo(2.5, 1);
  expect(of('SELECT')).toEqual({});
});

test.each([
  ['2', '1'],
  ['x', '5'],
  ['-1', '5'],
  [Number.NaN, 5],
  [undefined, '5'],
  ['1', '9'.repeat(20)],
])('a span from %s to %s is a request without a duration', (startTimeUnixNano, endTimeUnixNano) => {
  const spans = [{ name: 'x', kind: 2, startTimeUnixNano, endTimeUnixNano }];
  const resourceSpans = [{ scopeSpans: [{ spans }] }];
  const { spans: read } = toSpans({ resourceSpans });
  expect(read).toMatchObject([{ service: 'unknown_service', name: 'x', seconds: undefined }]);
});

test.each([
  [undefined, true],
  ['', true],
  ['0000000000000000', true],
  ['00000000000000a0', false],
])('a span with the parent %s is a root: %s', (parentSpanId, isRoot) => {
  expect(toSpans({ resourceSpans: [{ scopeSpans: [{ spans: [{ parentSpanId }] }] }] }).spans).toMatchObject([
    { isRoot },
  ]);
});

test('spans of a service with an invalid name are rejected, and reported', async () => {
  const { post } = otlpServer();
  const attributes = [{ key: 'service.name', value: { stringValue: '' } }];
  const resourceSpans = [{ resource: { attributes }, scopeSpans: [{ spans: [{ name: 'x' }] }] }];
  const response = await post('json', JSON.stringify({ resourceSpans }), { path });
  expect(response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
});

test('bytes with faults are refused, or read as something that the JSON path would read too', () => {
  const read = (faulty: Buffer) => {
    const request = decodeTracesRequest(faulty);
    const { spans } = toSpans(request);
    return TracesRequest.safeParse(request).success && spans.every(({ seconds = 0 }) => seconds >= 0);
  };
  expect(() => readWithFaults(protobufOf(traced()), read)).not.toThrow();
});
