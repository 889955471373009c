import { systemRuntime } from '@cortex/runtime';
import { anomalyCleared, healthChecked, maxEventBytes, streams, subjectOf, telemetryMetrics } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeadLetterReason } from './dead-letter-reason.ts';
import { buildEvent } from './envelope/build-event.ts';
import type { Bus } from './ports.ts';
import { cleared, testBus } from './test/bus-fixture.ts';

const encoder = new TextEncoder();
const subject = subjectOf(anomalyCleared.type, 'shop');
const origin = { source: '/cortex/detector', nowMs: Date.now(), randomBytes: systemRuntime.randomBytes };

let nats: ProvisionedNats;
let raw: NatsConnection;
let bus: Bus;

beforeAll(async () => {
  nats = await startProvisionedNats();
  raw = await connect({ servers: nats.url });
  bus = await testBus(nats.url);
});
afterAll(async () => {
  await bus?.drain(1_000);
  await raw?.close();
  await nats?.stop();
});

interface Letter {
  readonly subject: string;
  readonly reason: string;
  readonly detail: string;
  readonly data: Uint8Array;
  readonly sequence: number;
  readonly originalSubject: string;
}

async function letterCount(): Promise<number> {
  const manager = await jetstreamManager(raw);
  return (await manager.streams.info(streams.DEAD_LETTERS.name)).state.messages;
}

async function letters(from: number): Promise<readonly Letter[]> {
  const manager = await jetstreamManager(raw);
  const { state } = await manager.streams.info(streams.DEAD_LETTERS.name);
  const found: Letter[] = [];
  for (let sequence = Math.max(from, state.first_seq); sequence <= state.last_seq; sequence += 1) {
    const message = await manager.streams.getMessage(streams.DEAD_LETTERS.name, { seq: sequence });
    if (!message) continue;
    found.push({
      subject: message.subject,
      reason: message.header.get('Cortex-Reason'),
      detail: message.header.get('Cortex-Detail'),
      data: message.data,
      sequence: Number(message.header.get('Cortex-Sequence')),
      originalSubject: message.header.get('Cortex-Subject'),
    });
  }
  return found;
}

function hostile(change: Record<string, unknown>): Uint8Array {
  return encoder.encode(JSON.stringify({ ...buildEvent(cleared('shop', 'x'), origin).event, ...change }));
}

const kinds: Readonly<Record<Exclude<DeadLetterReason, 'handler_failed'>, () => Uint8Array>> = {
  not_json: () => encoder.encode('\u0000 this is {no json'),
  bad_envelope: () => hostile({ specversion: '9.9' }),
  unknown_type: () => hostile({ type: 'nobody.knows' }),
  unknown_version: () => hostile({ dataschema: 'urn:cortex:anomaly.cleared:v99' }),
  wrong_schema: () => hostile({ data: { anomalyId: 1 } }),
  too_large: () => new Uint8Array(maxEventBytes + 1).fill(0x20),
  too_deep: () => encoder.encode('['.repeat(10_000)),
  type_subject_mismatch: () => hostile({ subject: 'another' }),
};

test('each fault goes to the dead letters with its reason and the original bytes, once for all consumers', async () => {
  for (const consumer of ['one', 'two', 'three']) {
    await bus.consume({ consumer, event: anomalyCleared, handle: async () => [] });
  }
  const js = jetstream(raw);
  const sequences = new Map<number, { reason: string; hash: string }>();
  for (const [reason, make] of Object.entries(kinds)) {
    const data = make();
    const { seq } = await js.publish(subject, data);
    sequences.set(seq, { reason, hash: createHash('sha256').update(data).digest('hex') });
  }
  await eventually(async () => expect(await letterCount()).toBe(sequences.size));
  for (const letter of await letters(1)) {
    const wanted = sequences.get(letter.sequence);
    expect(letter.reason).toBe(wanted?.reason);
    expect(createHash('sha256').update(letter.data).digest('hex')).toBe(wanted?.hash);
    expect(letter.originalSubject).toBe(subject);
    expect(letter.subject).toMatch(/^cortex\.dlq\.(one|two|three)$/);
    expect(letter.detail).not.toBe('');
  }
});

test('a handler that keeps failing leaves a dead letter with what it said, and the next event is handled', async () => {
  const before = await letterCount();
  const tries: Record<string, number> = {};
  await bus.consume({
    consumer: 'failing',
    event: anomalyCleared,
    service: 'fails',
    maxDeliveries: 3,
    handle: async (event) => {
      const { anomalyId } = event.data;
      tries[anomalyId] = (tries[anomalyId] ?? 0) + 1;
      if (anomalyId === 'poison') throw new Error('cannot\r\nstomach this');
      return [];
    },
  });
  await bus.publish(cleared('fails', 'poison'));
  await bus.publish(cleared('fails', 'healthy'));
  await eventually(async () => expect(await letterCount()).toBe(before + 1));
  const [letter] = await letters(before + 1);
  expect(letter).toMatchObject({
    reason: 'handler_failed',
    subject: 'cortex.dlq.failing',
    detail: 'cannot stomach this',
  });
  expect(tries).toEqual({ poison: 3, healthy: 1 });
});

test('1,000 hostile messages among 200 healthy ones: each counted once, every healthy one handled, memory bounded', async () => {
  const before = await letterCount();
  const handled = new Set<string>();
  let peakBytes = 0;
  const sampling = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage().rss)), 20);
  const js = jetstream(raw, { timeout: 20_000 });
  const huge = new Uint8Array(5 * 1024 * 1024).fill(0x5b);
  const makers = Object.values(kinds).filter((make) => make !== kinds.too_large);
  let hostileCount = 0;
  const other = subjectOf(anomalyCleared.type, 'storm');
  for (let index = 0; index < 1_000; index += 1) {
    // Forty of 5 MB: more than twice what the process may hold at once.
    const data = index % 25 === 0 ? huge : (makers[index % makers.length]?.() ?? huge);
    await js.publish(other, data);
    hostileCount += 1;
    if (index % 5 === 0) await bus.publish(cleared('storm', `h-${index}`));
  }
  const baseline = process.memoryUsage().rss;
  peakBytes = baseline;
  const started = performance.now();
  await bus.consume({
    consumer: 'storm',
    event: anomalyCleared,
    service: 'storm',
    handle: async (event) => {
      handled.add(event.data.anomalyId);
      return [];
    },
  });
  await eventually(() => expect(handled.size).toBe(200), { timeoutMs: 40_000 });
  const healthyMs = performance.now() - started;
  await eventually(async () => expect(await letterCount()).toBe(before + hostileCount), { timeoutMs: 40_000 });
  clearInterval(sampling);
  const grownMiB = (peakBytes - baseline) / 1024 / 1024;
  expect(grownMiB).toBeLessThan(256);
  expect(healthyMs).toBeLessThan(40_000);
}, 120_000);

test('a healthy type is not touched by the hostile one beside it', async () => {
  const { num_pending } = await (
    await jetstreamManager(raw)
  ).consumers.info(healthChecked.stream, 'one-anomaly-cleared');
  expect(num_pending).toBe(0);
});

test('what nobody consumes is seen to by whoever reads the stream raw, and meets the letters of consumers', async () => {
  const before = await letterCount();
  const js = jetstream(raw);
  const service = subjectOf(healthChecked.type, 'unread');
  await bus.consume({ consumer: 'four', event: healthChecked, handle: async () => [] });
  const reading = await bus.readRaw({
    stream: 'SIGNALS',
    fromSequence: (await js.publish(service, hostile({ type: healthChecked.type }))).seq,
    handle: async (message) => void (await bus.deadLetterIfBad(message, 'screener')),
  });
  await js.publish('cortex.health.nonsense.shop', encoder.encode('{}'));
  await bus.publish(cleared('unread', 'a healthy one'));
  await eventually(async () => expect(await letterCount()).toBe(before + 2));
  expect((await letters(before + 1)).map(({ reason, originalSubject }) => [reason, originalSubject]).sort()).toEqual([
    ['type_subject_mismatch', service],
    ['unknown_type', 'cortex.health.nonsense.shop'],
  ]);
  await reading.stop();
});

test('a reader without a durable consumer dead-letters what it cannot read, when it is the one to do so', async () => {
  const before = await letterCount();
  const js = jetstream(raw);
  const heard: string[] = [];
  const handle = (event: { readonly id: string }): void => void heard.push(event.id);
  const telemetry = subjectOf(telemetryMetrics.type, '7');
  const only = { event: telemetryMetrics, partition: 7, from: 'all', handle } as const;
  const passing = await bus.read(only);
  const screening = await bus.read({ ...only, deadLetterAs: 'reader' });
  await js.publish(telemetry, kinds.not_json());
  const series = [{ service: 'shop', metric: 'load', timesMs: [1], values: [1] }];
  const { id } = await bus.publish({ type: 'telemetry.metrics', partition: 7, data: { partition: 7, series } });
  await eventually(() => expect(heard).toEqual([id, id]));
  expect(await letterCount()).toBe(before + 1);
  expect((await letters(before + 1))[0]).toMatchObject({ reason: 'not_json', subject: 'cortex.dlq.reader' });
  await Promise.all([passing.stop(), screening.stop()]);
});
