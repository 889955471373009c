import { connectBus, type Bucket, type Bus } from '@cortex/bus';
import { controlBucket, killSwitchKey, openIncidentBucket, type KillSwitch } from '@cortex/contracts';
import { eventually, silentLogger, startProvisionedNats, type ProvisionedNats } from '@cortex/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KnownKillSwitch } from './kill-switch.ts';

let nats: ProvisionedNats;
let bus: Bus;
let bucket: Bucket<KillSwitch>;
let known: KnownKillSwitch;

beforeEach(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  bucket = await bus.bucket(controlBucket);
  known = new KnownKillSwitch(bucket);
});
afterEach(async () => {
  await bus?.drain(1_000);
  await nats?.stop();
});

const turned = (on: boolean, reason: string): KillSwitch => ({ on, by: 'ada', reason, at: new Date().toISOString() });

test('it is not known before it is read; a look at the source needs no watch', async () => {
  expect(known.readable).toBeUndefined();
  await bucket.put(killSwitchKey, turned(true, 'drill'));
  await known.refresh();
  expect(known.readable).toMatchObject({ on: true, reason: 'drill' });
  await bucket.put(killSwitchKey, turned(false, 'over'));
  await known.refresh();
  expect(known.readable).toMatchObject({ on: false });
});

test('a watch that begins late does not bring back what was before', async () => {
  await bucket.put(killSwitchKey, turned(true, 'drill'));
  await known.refresh();
  const watch = await known.watch();
  await bucket.put(killSwitchKey, turned(false, 'over'));
  await eventually(() => expect(known.readable).toMatchObject({ on: false }));
  await watch.stop();
});

test('what cannot be read is not known, and counts as on', async () => {
  const foreign = await bus.bucket({ ...openIncidentBucket, name: controlBucket.name });
  await bucket.put(killSwitchKey, turned(false, 'over'));
  await known.refresh();
  await foreign.put(killSwitchKey, { incidentId: '01a21091-2f26-7919-86a5-e7b4f66121a6' } as never);
  await known.refresh();
  expect(known.readable).toBeUndefined();
  const watch = await known.watch();
  expect(known.readable).toBeUndefined();
  await watch.stop();
});
