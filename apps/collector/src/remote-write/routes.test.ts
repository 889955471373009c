import { telemetryMetrics, type SeriesSample } from '@cortex/contracts';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { toDrafts } from '../batching/to-drafts.ts';
import { maxBodyBytes } from '../http/body.ts';
import { createServer } from '../http/server.ts';
import { Rates } from '../counters/rates.ts';
import type { Rejections } from '../rejections.ts';
import { staleMarker, writeRequest, type WrittenSeries } from '../test/write-request.ts';
import { decodeWriteRequest, maxSamplesPerRequest } from './decode.ts';
import { remoteWriteRoutes } from './routes.ts';
import { unpackSnappy } from './snappy.ts';
import { toSamples } from './to-samples.ts';

const nowMs = Date.UTC(2026, 0, 5);
const settings = {
  labels: { service: ['service', 'app', 'job'], instance: ['instance_id', 'instance'] },
  remoteWrite: { histogramBuckets: false, gauges: ['replica_count'] },
};

function setUp(overrides: Partial<typeof settings.remoteWrite> = {}) {
  const samples: SeriesSample[] = [];
  const rejected: Record<string, number> = {};
  let isFull = false;
  const intake = {
    offer(offered: readonly SeriesSample[]) {
      samples.push(...offered);
      return true;
    },
    isFull: () => isFull,
    onReceived(_: unknown, _count: number, rejections: Rejections) {
      for (const [reason, count] of rejections.byReason) rejected[reason] = (rejected[reason] ?? 0) + count;
    },
    nowMs: () => nowMs,
  };
  const server = createServer([
    remoteWriteRoutes(intake, { ...settings, remoteWrite: { ...settings.remoteWrite, ...overrides } }),
  ]);
  const send = async (payload: Buffer | string, headers: Record<string, string> = {}) => {
    const response = await server.inject({
      method: 'POST',
      url: '/api/v1/write',
      payload,
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy', ...headers },
    });
    return { status: response.statusCode, text: response.body, headers: response.headers };
  };
  const write = (...series: readonly WrittenSeries[]) => send(writeRequest(...series));
  return { samples, rejected, send, write, fill: (value: boolean) => void (isFull = value) };
}

const up = (...samples: WrittenSeries['samples']): WrittenSeries => ({
  labels: { __name__: 'up', job: 'shop', instance: 'shop-1:80' },
  samples,
});
const counter = (...samples: WrittenSeries['samples']): WrittenSeries => ({
  labels: { __name__: 'orders_total', job: 'shop' },
  samples,
});
const valuesOf = (samples: readonly SeriesSample[]) => samples.map(({ value }) => value);

describe('what is taken in', () => {
  test('gauges, with their service, instance and other labels', async () => {
    const { write, samples } = setUp();
    const labels = { __name__: 'temperature', job: 'node', app: 'shop', instance: 'shop-1:80', room: 'é' };
    const { status, text } = await write({ labels, samples: [[nowMs, -1.5]] });
    expect([status, text]).toEqual([204, '']);
    expect(samples).toEqual([
      {
        service: 'shop',
        instance: 'shop-1:80',
        metric: 'temperature',
        labels: { job: 'node', room: 'é' },
        timeMs: nowMs,
        value: -1.5,
      },
    ]);
  });

  test('what names its version', async () => {
    const { send } = setUp();
    const headers = { 'content-type': 'application/x-protobuf;proto=prometheus.WriteRequest' };
    expect((await send(writeRequest(up([nowMs, 1])), headers)).status).toBe(204);
  });

  test('a series that names no service', async () => {
    const { write, samples } = setUp();
    await write({ labels: { __name__: 'up' }, samples: [[nowMs, 1]] });
    expect(samples[0]).toEqual({ service: 'unknown_service', metric: 'up', labels: {}, timeMs: nowMs, value: 1 });
  });

  test('counters as rates per second, across requests and resets', async () => {
    const { write, samples } = setUp();
    await write(counter([nowMs - 4_000, 10], [nowMs - 2_000, 20]));
    await write(counter([nowMs - 1_000, 3]));
    expect(samples.map(({ metric, value }) => [metric, value])).toEqual([
      ['orders_total_per_second', 5],
      ['orders_total_per_second', 3],
    ]);
  });

  test('buckets of histograms only where configured', async () => {
    const labels = { __name__: 'latency_bucket', job: 'shop', le: '0.5' };
    const bucket: WrittenSeries = {
      labels,
      samples: [
        [nowMs - 1_000, 1],
        [nowMs, 3],
      ],
    };
    const without = setUp();
    expect((await without.write(bucket)).status).toBe(204);
    expect([without.samples, without.rejected]).toEqual([[], {}]);
    const wanted = setUp({ histogramBuckets: true });
    await wanted.write(bucket);
    expect(wanted.samples).toMatchObject([{ metric: 'latency_bucket_per_second', labels: { le: '0.5' }, value: 2 }]);
  });

  test('a gauge that is named like a counter, where configured', async () => {
    const { write, samples } = setUp();
    await write({ labels: { __name__: 'replica_count', job: 'shop' }, samples: [[nowMs, 3]] });
    expect(samples).toMatchObject([{ metric: 'replica_count', value: 3 }]);
  });

  test('late and repeated samples of gauges, which the detector refuses', async () => {
    const { write, samples, rejected } = setUp();
    await write(up([nowMs, 1], [nowMs, 1], [nowMs - 5, 0]));
    expect([valuesOf(samples), rejected]).toEqual([[1, 1, 0], {}]);
  });
});

describe('what is left out', () => {
  test('a stale marker is no value, and ends a counter', async () => {
    const { write, samples, rejected } = setUp();
    await write(up([nowMs, staleMarker]), counter([nowMs - 3_000, 5], [nowMs - 2_000, staleMarker]));
    await write(counter([nowMs - 1_000, 100], [nowMs, 101]));
    expect([valuesOf(samples), rejected]).toEqual([[1], {}]);
  });

  test.each([
    ['NaN and infinite values', up([nowMs, Number.NaN], [nowMs, Infinity], [nowMs, -Infinity]), { not_finite: 3 }],
    ['samples from the future', up([nowMs + 300_001, 1]), { from_the_future: 1 }],
    ['times before 1970', up([-5, 1]), { bad_time: 1 }],
    ['late samples of counters', counter([nowMs, 5], [nowMs, 5], [nowMs - 5, 4]), { out_of_order: 2 }],
    ['a service with a bad name', { labels: { __name__: 'up', job: '<b>' }, samples: [[nowMs, 1]] }, { bad_name: 1 }],
    ['a series without a name', { labels: { job: 'shop' }, samples: [[nowMs, 1]] }, { bad_name: 1 }],
  ] as const)('%s: counted, and the rest is taken in', async (_, bad, counts) => {
    const { write, samples, rejected } = setUp();
    expect((await write(bad, up([nowMs, 7]))).status).toBe(204);
    expect([valuesOf(samples), rejected]).toEqual([[7], counts]);
  });

  test('a sample five minutes ahead is still taken in', async () => {
    const { write, samples } = setUp();
    await write(up([nowMs + 300_000, 1]));
    expect(samples).toHaveLength(1);
  });

  const manyLabels = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`l${index}`, 'x']));
  test.each([
    ['ten thousand labels', manyLabels, 'a series has 10001 labels; at most 64 are taken'],
    [
      'a long label value',
      { a: 'x'.repeat(1_025) },
      'the value of label a has 1025 characters; at most 1024 are taken',
    ],
    ['a long label name', { ['x'.repeat(129)]: 'a' }, 'a label has a name of 129 characters; 1 to 128 are taken'],
    ['a long metric name', { __name__: 'x'.repeat(300) }, 'a __name__ has 300 characters; at most 245 are taken'],
  ])('%s: refused by the limit, and the rest is taken in', async (_, labels, message) => {
    const { write, samples, rejected } = setUp();
    const { status, text } = await write({ labels: { __name__: 'up', ...labels }, samples: [[nowMs, 1]] }, up([1, 7]));
    expect([status, text]).toEqual([400, `1 point: ${message}`]);
    expect([valuesOf(samples), rejected]).toEqual([[7], { beyond_limits: 1 }]);
  });
});

describe('what is refused as a whole', () => {
  const tooMany = Array.from({ length: maxSamplesPerRequest + 1 }, (_, index) => [index, 1] as const);
  const packedZeros = compress(Buffer.alloc(maxBodyBytes + 1));
  test.each([
    ['an empty body', '', {}, 400, 'empty'],
    ['no snappy', 'hello', {}, 400, 'no valid snappy'],
    ['no protobuf', compress(Buffer.from([0x0a, 0x7f, 1])), {}, 400, 'no remote write 1.0 request'],
    ['a body that unpacks to too much', packedZeros, {}, 413, 'unpacks to 4194305 bytes; at most 4194304'],
    ['a body that is too large', Buffer.alloc(maxBodyBytes + 1), {}, 413, 'larger than'],
    ['too many samples', writeRequest(up(...tooMany)), {}, 400, 'more than 50000 samples'],
    ['another packing', writeRequest(), { 'content-encoding': 'gzip' }, 415, 'only remote write 1.0'],
    ['another format', '{}', { 'content-type': 'text/plain' }, 415, 'only remote write 1.0'],
    [
      'remote write 2.0',
      writeRequest(),
      { 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
      415,
      'only remote write 1.0',
    ],
  ])('%s', async (_, payload, headers, status, message) => {
    const { send, samples } = setUp();
    const answer = await send(payload, headers as Record<string, string>);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(message)]);
    expect(samples).toEqual([]);
  });

  test('too much telemetry waiting: the sender must repeat the request, and then no reading of a counter is missing', async () => {
    const { write, samples, fill } = setUp();
    await write(counter([nowMs - 2_000, 10]));
    fill(true);
    const { status, headers } = await write(counter([nowMs - 1_000, 20]));
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    fill(false);
    await write(counter([nowMs - 1_000, 20]));
    expect(valuesOf(samples)).toEqual([10]);
  });
});

test('unsupported parts are skipped: metadata, exemplars, and native histograms, which are counted', async () => {
  const { send, samples, rejected } = setUp();
  const writer = new protobuf.Writer();
  writer.uint32(26).fork().uint32(8).int32(1).uint32(18).string('up').ldelim();
  writer.uint32(10).fork();
  writer.uint32(10).fork().uint32(10).string('__name__').uint32(18).string('up').ldelim();
  writer.uint32(18).fork().uint32(9).double(1).uint32(16).int64(nowMs).ldelim();
  writer.uint32(26).fork().uint32(17).double(1).ldelim();
  writer.uint32(34).fork().uint32(8).uint64(1).ldelim();
  writer.ldelim();
  expect((await send(compress(Buffer.from(writer.finish())))).status).toBe(204);
  expect([valuesOf(samples), rejected]).toEqual([[1], { unread_kind: 1 }]);
});

test('bytes with faults are refused, or read as samples within the contract', () => {
  const bytes = unpackSnappy(
    writeRequest(up([nowMs, 1], [nowMs + 1, 2]), counter([nowMs, 5], [nowMs + 1_000, 9])),
    10_000,
  );
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const faulty = Buffer.from(bytes);
      faulty[at] = byte;
      expect(outcomeOf(faulty)).toBeOneOf(['refused', 'right']);
    }),
    { numRuns: 1_000 },
  );
});

function outcomeOf(body: Buffer): string {
  try {
    const { samples } = toSamples(decodeWriteRequest(body), {
      settings,
      rates: new Rates(),
      known: new WeakMap(),
      nowMs,
    });
    const drafts = toDrafts(samples, 4);
    return drafts.every(({ data }) => telemetryMetrics.data.safeParse(data).success) ? 'right' : 'wrong';
  } catch (error) {
    return (error as { status?: number }).status === 400 ? 'refused' : String(error);
  }
}
