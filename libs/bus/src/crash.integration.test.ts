import { anomalyCleared, incidentBucket, killSwitchKey, controlBucket } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { setTimeout as pause } from 'node:timers/promises';
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

test('publishing, consuming, reading and watching go on over three server crashes; nothing is lost or doubled', async () => {
  const consumed = new Set<string>();
  const read: string[] = [];
  const watched: string[] = [];
  let caughtUp = 0;
  await bus.consume({
    consumer: 'crash',
    event: anomalyCleared,
    service: 'crash',
    ackWaitMs: 1_000,
    handle: async (event) => {
      consumed.add(event.data.anomalyId);
      return [];
    },
  });
  await bus.read({
    event: anomalyCleared,
    service: 'crash',
    from: 'all',
    onCaughtUp: () => (caughtUp += 1),
    handle: (event) => void read.push(event.data.anomalyId),
  });
  const control = await bus.bucket(controlBucket);
  await control.watch((_key, entry) => void watched.push(entry?.value.reason ?? 'gone'));
  expect(caughtUp).toBe(1);
  expect(watched).toEqual(['First provisioning']);

  const expected: string[] = [];
  const publishing = (async () => {
    for (let index = 0; index < 300; index += 1) {
      expected.push(`c-${index}`);
      await bus.publish(cleared('crash', `c-${index}`));
      if (index % 10 === 0) await pause(25);
    }
  })();
  for (let crash = 0; crash < 3; crash += 1) {
    await pause(200);
    await nats.kill();
    await eventually(() => !bus.isConnected());
    await nats.restart();
    await eventually(() => bus.isConnected());
  }
  await publishing;
  const at = new Date().toISOString();
  await control.put(killSwitchKey, { on: true, by: 'test', reason: 'after the crashes', at });

  await eventually(() => expect(consumed.size).toBe(300), { timeoutMs: 20_000 });
  await eventually(() => expect(read).toEqual(expected), { timeoutMs: 20_000 });
  await eventually(() => expect(watched.at(-1)).toBe('after the crashes'), { timeoutMs: 20_000 });
  expect(caughtUp).toBe(1);
  const fromStart: string[] = [];
  await bus.read({ event: anomalyCleared, from: 'all', handle: (event) => void fromStart.push(event.data.anomalyId) });
  await eventually(() => expect(fromStart).toEqual(expected));
}, 90_000);

test('a request while the server is away waits for it, and gives up with a code when it stays away', async () => {
  const bucket = await bus.bucket(incidentBucket);
  await nats.kill();
  await eventually(() => !bus.isConnected());
  const asked = bucket.get('nothing');
  await pause(300);
  await nats.restart();
  await expect(asked).resolves.toBeUndefined();
  await nats.kill();
  await expect(bucket.get('nothing')).rejects.toMatchObject({ code: 'CORTEX_BUS_UNAVAILABLE', retryAfterMs: 1_000 });
  await nats.restart();
}, 60_000);

test('a bus that is drained while the server is away ends its pending publishes with a code', async () => {
  const own = await testBus(nats.url, 'closing');
  await nats.kill();
  await eventually(() => !own.isConnected());
  const pending = own.publish(cleared('crash', 'never'));
  const ended = Promise.allSettled([pending]);
  await own.drain(200);
  expect(await ended).toMatchObject([{ status: 'rejected', reason: { code: 'CORTEX_BUS_CLOSED' } }]);
  await nats.restart();
}, 60_000);

test('no server at all is said with the address and the fix', async () => {
  await expect(testBus('nats://127.0.0.1:1', 'nobody').then((made) => made.drain())).rejects.toMatchObject({
    code: 'CORTEX_BUS_UNREACHABLE',
  });
}, 60_000);
