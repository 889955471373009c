import { anomalyCleared, streams, subjectOf } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bus } from './ports.ts';
import { cleared, testBus } from './test/bus-fixture.ts';
import { hostileMessages } from './test/hostile-messages.ts';

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

test('1,000 hostile messages among 200 healthy ones: each counted once, every healthy one handled, memory bounded', async () => {
  const manager = await jetstreamManager(raw);
  const before = (await manager.streams.info(streams.DEAD_LETTERS.name)).state.messages;
  const handled = new Set<string>();
  let peakBytes = 0;
  const sampling = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage().rss)), 20);
  const js = jetstream(raw, { timeout: 20_000 });
  const huge = new Uint8Array(5 * 1024 * 1024).fill(0x5b);
  const makers = Object.values(hostileMessages).filter((make) => make !== hostileMessages.too_large);
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
  await eventually(
    async () =>
      expect((await manager.streams.info(streams.DEAD_LETTERS.name)).state.messages).toBe(before + hostileCount),
    { timeoutMs: 40_000 },
  );
  clearInterval(sampling);
  const grownMiB = (peakBytes - baseline) / 1024 / 1024;
  expect(grownMiB).toBeLessThan(256);
  expect(healthyMs).toBeLessThan(40_000);
}, 120_000);
