import { anomalyCleared } from '@cortex/contracts';
import { eventually, startProvisionedNats, type ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bus } from './ports.ts';
import { cleared, testBus } from './test/bus-fixture.ts';

let nats: ProvisionedNats;
let bus: Bus;

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await testBus(nats.url);
});

afterAll(async () => {
  await bus?.drain(1_000);
  await nats?.stop();
});

test('a reader with a long backlog yields to other work', async () => {
  const count = 30;
  for (let index = 0; index < count; index += 1) await bus.publish(cleared('shop', `a-${index}`));
  const handled: string[] = [];
  const turns: number[] = [];
  const reading = await bus.read({
    event: anomalyCleared,
    from: 'all',
    handle(event) {
      if (handled.length === 0) setImmediate(() => turns.push(handled.length));
      handled.push(event.data.anomalyId);
      const until = performance.now() + 5;
      while (performance.now() < until);
    },
  });
  await eventually(() => expect(handled).toHaveLength(count));
  await reading.stop();
  expect(handled).toEqual(Array.from({ length: count }, (_, index) => `a-${index}`));
  expect(turns[0]).toBeLessThan(count);
});
