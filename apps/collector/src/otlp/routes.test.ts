import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { maxBodyBytes } from '../http/body.ts';
import { otlpServer } from '../test/otlp-server.ts';

const nowMs = Date.UTC(2026, 0, 5);

function setUp(takes: 'all' | 'nothing' = 'all') {
  const { samples, server, post } = otlpServer({ isFull: takes === 'nothing', nowMs });
  return {
    samples,
    server,
    post: (payload: string | Buffer, headers: Record<string, string> = {}, path = '/v1/metrics') =>
      post('json', payload, { path, headers }),
  };
}

function requestOf(metrics: unknown[], resource: Record<string, unknown> = { 'service.name': 'shop' }): string {
  const attributes = Object.entries(resource).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  return JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] });
}

const gauge = (name: string, ...dataPoints: unknown[]) => ({ name, unit: 'By', gauge: { dataPoints } });

describe('what is taken in', () => {
  test('gauges and sums with their times, service, instance, unit and attributes', async () => {
    const { post, samples } = setUp();
    const attributes = [
      { key: 'mount', value: { stringValue: '/data' } },
      { key: 'index', value: { intValue: '3' } },
    ];
    const metrics = [
      gauge('process.memory.usage', { asDouble: 1.5, timeUnixNano: '1700000000123456789', attributes }),
      {
        name: 'requests',
        sum: { isMonotonic: true, dataPoints: [{ asInt: '42', timeUnixNano: 1_700_000_001_000_000_000 }] },
      },
    ];
    const response = await post(requestOf(metrics, { 'service.name': 'shop', 'service.instance.id': 'shop-1' }));
    expect([response.statusCode, response.json()]).toEqual([200, {}]);
    const who = { service: 'shop', instance: 'shop-1' };
    expect(samples).toEqual([
      {
        ...who,
        metric: 'process_memory_usage',
        unit: 'By',
        labels: { mount: '/data', index: '3' },
        timeMs: 1_700_000_000_123,
        value: 1.5,
      },
      { ...who, metric: 'requests', labels: {}, timeMs: 1_700_000_001_000, value: 42 },
    ]);
  });

  test('a point without a time is of now, one that says that nothing was recorded is skipped', async () => {
    const { post, samples } = setUp();
    const response = await post(requestOf([gauge('x', { asDouble: 1 }, { flags: 1, timeUnixNano: '1' })]));
    expect(response.json()).toEqual({});
    expect(samples.map(({ timeMs }) => timeMs)).toEqual([nowMs]);
  });

  test('gzip and an empty request', async () => {
    const { post, samples } = setUp();
    const zipped = gzipSync(requestOf([gauge('x', { asInt: 1 })]));
    expect((await post(zipped, { 'content-encoding': 'gzip' })).statusCode).toBe(200);
    expect(samples).toHaveLength(1);
    expect((await post('{}')).json()).toEqual({});
  });
});

describe('rejected points are reported', () => {
  test('summaries are counted, the rest of the request is taken', async () => {
    const { post, samples } = setUp();
    const summary = { name: 'latency', summary: { dataPoints: [{ count: '3' }, { count: '4' }] } };
    const response = await post(requestOf([summary, gauge('x', { asDouble: 1 })]));
    expect([response.statusCode, response.json()]).toEqual([
      200,
      {
        partialSuccess: {
          rejectedDataPoints: '2',
          errorMessage: '2 points: latency is of kind summary; only gauges, sums and histograms with bounds are read',
        },
      },
    ]);
    expect(samples).toHaveLength(1);
  });

  test.each([
    ['not a finite number', [gauge('x', { asDouble: 'NaN' }, { asDouble: 1 })], undefined],
    ['is no number of nanoseconds', [gauge('x', { asDouble: 1, timeUnixNano: '-5' })], undefined],
    [
      'too many or too long',
      [gauge('x', { asDouble: 1, attributes: [{ key: 'k', value: { stringValue: 'v'.repeat(2_000) } }] })],
      undefined,
    ],
    ['5 minutes ahead', [gauge('x', { asDouble: 1, timeUnixNano: `${nowMs + 3_600_000}000000` })], undefined],
    ['no name that Cortex takes', [gauge('x', { asDouble: 1 })], { 'service.name': '<script>' }],
    ['1 to 256 characters', [gauge('x'.repeat(300), { asDouble: 1 })], undefined],
  ])('points with a value that is "%s"', async (message, metrics, resource) => {
    const response = await setUp().post(requestOf(metrics, resource));
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ partialSuccess: { rejectedDataPoints: '1' } });
    expect(response.json<{ partialSuccess: { errorMessage: string } }>().partialSuccess.errorMessage).toContain(
      message,
    );
  });
});

const signals = ['metrics', 'logs', 'traces'] as const;

describe.each(signals)('what is refused at /v1/%s', (signal) => {
  const resources = { metrics: 'resourceMetrics', logs: 'resourceLogs', traces: 'resourceSpans' }[signal];
  test.each([
    ['no JSON', 'hello', {}, 400, 'no valid JSON'],
    ['another shape', `{"${resources}":5}`, {}, 400, `not an OTLP ${signal} request`],
    ['an empty body', '', {}, 400, 'empty'],
    ['broken gzip', 'hello', { 'content-encoding': 'gzip' }, 400, 'no valid gzip'],
    ['another encoding', '{}', { 'content-encoding': 'br' }, 415, 'send gzip or none'],
    ['another format', 'x', { 'content-type': 'text/plain' }, 415, 'only application/x-protobuf and application/json'],
    ['a body of more than 4 MB', ' '.repeat(maxBodyBytes + 1), {}, 413, 'larger than'],
    [
      'a body that unpacks to more',
      gzipSync(' '.repeat(maxBodyBytes + 1)),
      { 'content-encoding': 'gzip' },
      413,
      'unpacks',
    ],
    ['deep nesting', `{"${resources}":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, {}, 400, ''],
  ])('%s', async (_, payload, headers, status, message) => {
    const response = await setUp().post(payload, headers as Record<string, string>, `/v1/${signal}`);
    expect(response.statusCode).toBe(status);
    expect(response.json<{ message: string }>().message).toContain(message);
  });

  test('too much telemetry waiting: the sender is told to come again', async () => {
    const response = await setUp('nothing').post('{}', {}, `/v1/${signal}`);
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
  });
});

test('any other path says where to go', async () => {
  const response = await setUp().server.inject({ method: 'POST', url: '/v1/profiles', payload: {} });
  expect(response.statusCode).toBe(404);
  expect(response.json<{ message: string }>().message).toContain('POST /v1/metrics, POST /v1/logs, POST /v1/traces');
});
