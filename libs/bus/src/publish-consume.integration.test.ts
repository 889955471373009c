import { anomalyCleared, anomalyUpdated } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
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

test('an event that is published arrives as it was, with ids and trace', async () => {
  const got: unknown[] = [];
  await bus.consume({
    consumer: 'arrival',
    event: anomalyCleared,
    handle: async (event) => {
      got.push(event);
      return [];
    },
  });
  const sent = await bus.publish(cleared('shop', 'a-1'));
  await eventually(() => expect(got).toEqual([sent]));
  expect(sent.correlationid).toBe(sent.id);
  expect(sent.causationid).toBeUndefined();
});

test('a redelivered cause has no second effect', async () => {
  const effects: string[] = [];
  let deliveries = 0;
  await bus.read({ event: anomalyUpdated, from: 'new', handle: (event) => void effects.push(event.id) });
  const consumption = await bus.consume({
    consumer: 'effects',
    event: anomalyCleared,
    service: 'effectful',
    ackWaitMs: 600,
    handle: async (event, context) => {
      deliveries = context.deliveries;
      await context.publish(updated(event.data.anomalyId));
      if (context.deliveries < 3) throw new Error('after the publish, before the ack');
      return [];
    },
  });
  const cause = await bus.publish(cleared('effectful', 'once'));
  await eventually(() => expect(deliveries).toBe(3));
  await consumption.stop();
  expect(effects).toHaveLength(1);
  const again = await bus.publish(updated('once'), cause);
  expect(again.id).toBe(effects[0]);
});

function updated(anomalyId: string): Parameters<Bus['publish']>[0] {
  return {
    type: anomalyUpdated.type,
    service: 'effectful',
    data: {
      anomalyId,
      kind: 'metric',
      service: 'effectful',
      metric: 'latency_ms',
      value: 1,
      score: 0.9,
      severity: 'high',
      components: {},
      algorithms: [],
      direction: 'up',
      startedAt: '2026-01-05T00:00:00.000Z',
      observedAt: '2026-01-05T00:00:00.000Z',
      explanation: 'test',
    },
  };
}
