import { openIncidentBucket } from '@cortex/contracts';
import { startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bus } from './ports.ts';
import { testBus } from './test/bus-fixture.ts';

let nats: ProvisionedNats;
let bus: Bus;
let writer: Bus;

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await testBus(nats.url);
  writer = await testBus(nats.url);
});
afterAll(async () => {
  await bus?.drain(1_000);
  await writer?.drain(1_000);
  await nats?.stop();
});

test('a read of all entries while all of them are being rewritten misses none, repeats none and does not wait', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `service-${String(index).padStart(2, '0')}`);
  const written = await writer.bucket(openIncidentBucket);
  for (const name of names) await written.put(name, { incidentId: randomUUID() });
  const over = new AbortController();
  const writing = [0, 1, 2].map(async (offset) => {
    for (let index = offset; !over.signal.aborted; index += 7) {
      await written.put(names[index % names.length] ?? '', { incidentId: randomUUID() });
    }
  });
  const read = await bus.bucket(openIncidentBucket);
  let slowestMs = 0;
  try {
    for (let round = 0; round < 150; round += 1) {
      const startedMs = performance.now();
      const entries = await read.entries();
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      expect({ round, keys: entries.map(({ key }) => key).sort() }).toEqual({ round, keys: names });
      expect([...(await read.keys())].sort()).toEqual(names);
    }
  } finally {
    over.abort();
    await Promise.all(writing);
  }
  // Far below the wait for a server that does not answer.
  expect(slowestMs).toBeLessThan(4_000);
});
