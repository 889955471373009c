import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { otlpServer } from '../../test/otlp-server.ts';

const startMs = Date.UTC(2026, 0, 5);
const [delta, cumulative] = [1, 2];

/** A server to which metrics of service shop are posted; all its output, as text. */
function setUp() {
  const { post, samples } = otlpServer({ nowMs: startMs });
  return {
    told: () =>
      samples.map(({ metric, unit = '', value }) => `${metric} ${Number(value.toPrecision(6))} ${unit}`.trim()),
    async post(...metrics: readonly unknown[]): Promise<unknown> {
      const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
      const body = { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] };
      return (await post('json', JSON.stringify(body))).json();
    },
  };
}

const nanoseconds = (seconds: number): string => `${startMs + 1_000 * seconds}000000`;
const counterOf = (
  aggregationTemporality: number,
  ...readings: readonly (readonly [seconds: number, value: number])[]
) => ({
  name: 'orders',
  unit: 'By',
  sum: {
    isMonotonic: true,
    aggregationTemporality,
    dataPoints: readings.map(([seconds, asDouble]) => ({
      asDouble,
      startTimeUnixNano: nanoseconds(seconds - 10),
      timeUnixNano: nanoseconds(seconds),
    })),
  },
});

test('a cumulative counter comes as its rate, after a reset too', async () => {
  const { post, told } = setUp();
  await post(counterOf(cumulative, [0, 100], [10, 150]));
  await post(counterOf(cumulative, [20, 150], [30, 20]));
  expect(told()).toEqual(['orders_per_second 5 By/s', 'orders_per_second 0 By/s', 'orders_per_second 2 By/s']);
});

test('a late or repeated reading of a counter is left out', async () => {
  const { post, told } = setUp();
  await post(counterOf(cumulative, [0, 100], [10, 150]));
  expect(await post(counterOf(cumulative, [10, 150], [5, 120], [20, 160]))).toEqual({
    partialSuccess: {
      rejectedDataPoints: '2',
      errorMessage: '2 points: a sample of the counter orders is no newer than the last',
    },
  });
  expect(told()).toEqual(['orders_per_second 5 By/s', 'orders_per_second 1 By/s']);
});

test('a reading from the future does not silence its counter', async () => {
  const { post, told } = setUp();
  await post(counterOf(cumulative, [0, 100], [86_400, 1], [10, 150]));
  expect(told()).toEqual(['orders_per_second 5 By/s']);
});

test('a counter of differences is divided by the time that it says', async () => {
  const { post, told } = setUp();
  await post(counterOf(delta, [0, 100]));
  expect(told()).toEqual(['orders_per_second 10 By/s']);
  const point = { asDouble: 1, timeUnixNano: nanoseconds(0) };
  const sum = { isMonotonic: true, aggregationTemporality: delta, dataPoints: [point] };
  expect(await post({ name: 'orders', sum })).toMatchObject({ partialSuccess: { rejectedDataPoints: '1' } });
});

test('a sum that may fall comes as it is', async () => {
  const { post, told } = setUp();
  const sum = { aggregationTemporality: cumulative, dataPoints: [{ asInt: '-7', timeUnixNano: nanoseconds(0) }] };
  await post({ name: 'balance', sum });
  expect(told()).toEqual(['balance -7']);
});

const histogramOf = (
  aggregationTemporality: number,
  ...readings: readonly (readonly [seconds: number, counts: number[]])[]
) => ({
  name: 'http.duration',
  unit: 's',
  histogram: {
    aggregationTemporality,
    dataPoints: readings.map(([seconds, bucketCounts]) => ({
      startTimeUnixNano: nanoseconds(seconds - 10),
      timeUnixNano: nanoseconds(seconds),
      count: bucketCounts.reduce((sum, count) => sum + count, 0),
      sum: 2 * bucketCounts.reduce((sum, count) => sum + count, 0),
      bucketCounts,
      explicitBounds: [1, 2],
    })),
  },
});

const ofTen = [
  'http_duration_per_second 1',
  'http_duration_mean 2 s',
  'http_duration_p50 1.5 s',
  'http_duration_p95 1.95 s',
  'http_duration_p99 1.99 s',
];

test('a cumulative histogram comes as rate, mean and quantiles of what was counted since', async () => {
  const { post, told } = setUp();
  await post(histogramOf(cumulative, [0, [1_000, 0, 0]]));
  expect(told()).toEqual([]);
  await post(histogramOf(cumulative, [10, [1_000, 10, 0]]));
  expect(told()).toEqual(ofTen);
  await post(histogramOf(cumulative, [20, [1_000, 10, 0]]));
  expect(told().slice(5)).toEqual(['http_duration_per_second 0']);
  await post(histogramOf(cumulative, [30, [0, 10, 0]]));
  expect(told().slice(6)).toEqual(ofTen);
});

test('a histogram of differences likewise, at once', async () => {
  const { post, told } = setUp();
  await post(histogramOf(delta, [0, [0, 10, 0]]));
  expect(told()).toEqual(ofTen);
});

test('one bad point does not spoil those beside it', async () => {
  const { post, told } = setUp();
  expect(await post(histogramOf(delta, [0, [0, -10, 0]], [0, [0, 10, 0]]))).toMatchObject({
    partialSuccess: {
      rejectedDataPoints: '1',
      errorMessage: '1 point: the buckets of http_duration make no histogram',
    },
  });
  expect(told()).toEqual(ofTen);
});

test('what the SDK of OpenTelemetry packs is the same in protobuf and in JSON', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const resource = resourceFromAttributes({ 'service.name': 'shop' });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const latency = provider.getMeter('test').createHistogram('latency', { unit: 'ms' });
  for (const value of [3, 30, 300, 3_000]) latency.record(value, { path: '/' });
  provider.getMeter('test').createCounter('orders').add(3);
  await reader.forceFlush();
  await provider.shutdown();
  const [metrics] = exporter.getMetrics();
  if (metrics === undefined) throw new Error('nothing was measured');
  for (const { dataPoints } of metrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
    for (const point of dataPoints) Object.assign(point, { startTime: [point.endTime[0] - 10, 0] });
  }
  const [asJson, asProtobuf] = [otlpServer({ nowMs: Date.now() }), otlpServer({ nowMs: Date.now() })];
  const json = await asJson.post('json', Buffer.from(JsonMetricsSerializer.serializeRequest(metrics) ?? []));
  const protobuf = await asProtobuf.post(
    'x-protobuf',
    Buffer.from(ProtobufMetricsSerializer.serializeRequest(metrics) ?? []),
  );
  expect([json.json(), protobuf.rawPayload.length]).toEqual([{}, 0]);
  expect(asProtobuf.samples).toEqual(asJson.samples);
  expect(asJson.samples.map(({ metric }) => metric)).toEqual([
    'latency_per_second',
    'latency_mean',
    'latency_p50',
    'latency_p95',
    'latency_p99',
    'orders_per_second',
  ]);
});
