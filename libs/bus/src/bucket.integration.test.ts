import { breakerBucket, controlBucket, incidentBucket, killSwitchKey, leaseBucket } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { connect } from '@nats-io/transport-node';
import { jetstream } from '@nats-io/jetstream';
import { z } from 'zod';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BadEntryError } from './errors.ts';
import type { Bucket, Bus, Entry } from './ports.ts';
import { testBus } from './test/bus-fixture.ts';

type Breaker = z.output<typeof breakerBucket.value>;

let nats: ProvisionedNats;
let bus: Bus;
let bucket: Bucket<Breaker>;

beforeAll(async () => {
  nats = await startProvisionedNats({ leaseTtlMs: 1_000 });
  bus = await testBus(nats.url);
  bucket = await bus.bucket(breakerBucket);
});
afterAll(async () => {
  await bus?.drain(1_000);
  await nats?.stop();
});

function breaker(playbookId: string, reason?: string): Breaker {
  return { playbookId, state: 'closed', outcomes: [], ...(reason === undefined ? {} : { reason }) };
}

test('a value comes back as it was put, with its revision and time', async () => {
  const revision = await bucket.put('simple', breaker('simple'));
  const entry = await bucket.get('simple');
  expect(entry).toMatchObject({ key: 'simple', revision, value: breaker('simple') });
  expect(Math.abs((entry?.writtenAtMs ?? 0) - Date.now())).toBeLessThan(5_000);
  expect(await bucket.get('absent')).toBeUndefined();
});

test('only one of many creates wins, also after a deletion', async () => {
  for (let round = 0; round < 3; round += 1) {
    const results = await Promise.all(Array.from({ length: 40 }, () => bucket.create('once', breaker('once'))));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await bucket.delete('once')).toMatchObject({ ok: true });
    expect(await bucket.get('once')).toBeUndefined();
  }
});

test('an update or a deletion on an old revision is a conflict and changes nothing', async () => {
  const first = await bucket.put('cas', breaker('cas', 'first'));
  const second = await bucket.update('cas', breaker('cas', 'second'), first);
  expect(second.ok).toBe(true);
  expect(await bucket.update('cas', breaker('cas', 'third'), first)).toEqual({ ok: false, reason: 'conflict' });
  expect(await bucket.delete('cas', first)).toEqual({ ok: false, reason: 'conflict' });
  expect((await bucket.get('cas'))?.value.reason).toBe('second');
});

test('modifications by many at once all count', async () => {
  await Promise.all(
    Array.from({ length: 60 }, () =>
      bucket.modify('counter', (current) => breaker('counter', String(Number(current?.reason ?? '0') + 1))),
    ),
  );
  expect((await bucket.get('counter'))?.value.reason).toBe('60');
  const untouched = await bucket.modify('counter', () => undefined);
  expect(untouched?.value.reason).toBe('60');
});

test('what does not match the schema is refused on the way in, and named on the way out', async () => {
  await expect(bucket.put('bad', { playbookId: 'bad' } as unknown as Breaker)).rejects.toBeInstanceOf(BadEntryError);
  const raw = await connect({ servers: nats.url });
  await jetstream(raw).publish('$KV.cortex-breakers.poisoned', '{"state":"NaN"}');
  await raw.close();
  await expect(bucket.get('poisoned')).rejects.toMatchObject({ code: 'CORTEX_BUS_BAD_ENTRY' });
  const entries = await bucket.entries();
  expect(entries.map((entry) => entry.key)).toContain('simple');
  expect(entries.map((entry) => entry.key)).not.toContain('poisoned');
  await bucket.delete('poisoned');
});

test('keys and entries follow the filter; deleted ones are not among them', async () => {
  for (const key of ['team.a.x', 'team.a.y', 'team.b.x']) await bucket.put(key, breaker(key.replaceAll('.', '-')));
  await bucket.delete('team.a.y');
  expect([...(await bucket.keys('team.*.*'))].sort()).toEqual(['team.a.x', 'team.b.x']);
  expect(await bucket.keys('team.a.*')).toEqual(['team.a.x']);
  expect((await bucket.entries('team.b.>')).map((entry) => entry.value.playbookId)).toEqual(['team-b-x']);
  expect(await bucket.keys('nobody.>')).toEqual([]);
});

test('an empty or loose key or filter is an error', async () => {
  for (const key of ['', '.', 'a..b', 'a b', '*', '>']) {
    await expect(bucket.get(key)).rejects.toMatchObject({ code: 'CORTEX_BUS_BAD_KEY' });
  }
  for (const filter of ['', 'a.>.b', '..']) {
    await expect(bucket.keys(filter)).rejects.toMatchObject({ code: 'CORTEX_BUS_BAD_KEY' });
  }
});

test('a thousand entries are read whole', async () => {
  await Promise.all(Array.from({ length: 1_000 }, (_unused, index) => bucket.put(`many.${index}`, breaker('many'))));
  expect(await bucket.keys('many.*')).toHaveLength(1_000);
  expect(await bucket.entries('many.*')).toHaveLength(1_000);
});

test('a watch gives what is there before it resolves, then every change, and what cannot be read apart', async () => {
  await bucket.put('watched.one', breaker('one', 'before'));
  const seen: [string, string | undefined][] = [];
  const invalid: string[] = [];
  const watching = await bucket.watch((key, entry) => void seen.push([key, entry?.value.reason]), {
    filter: 'watched.*',
    onInvalid: (key) => void invalid.push(key),
  });
  expect(seen).toEqual([['watched.one', 'before']]);
  await bucket.put('watched.one', breaker('one', 'after'));
  await bucket.put('watched.two', breaker('two', 'new'));
  await bucket.delete('watched.one');
  const raw = await connect({ servers: nats.url });
  await jetstream(raw).publish('$KV.cortex-breakers.watched.three', 'not json');
  await raw.close();
  await eventually(() => expect(invalid).toEqual(['watched.three']));
  expect(seen.slice(1)).toEqual([
    ['watched.one', 'after'],
    ['watched.two', 'new'],
    ['watched.one', undefined],
  ]);
  await watching.stop();
  await bucket.put('watched.two', breaker('two', 'unseen'));
  expect(seen).toHaveLength(4);
});

test('a watch of an empty bucket resolves at once', async () => {
  const incidents = await bus.bucket(incidentBucket);
  const seen: (Entry<unknown> | undefined)[] = [];
  await incidents.watch((_key, entry) => void seen.push(entry));
  expect(seen).toEqual([]);
});

test('a record that its bucket lets expire can be created again', async () => {
  const leases = await bus.bucket(leaseBucket);
  const record = { holder: 'somebody', purpose: 'test', at: new Date().toISOString() };
  expect((await leases.create('target.a.b', record)).ok).toBe(true);
  expect((await leases.create('target.a.b', record)).ok).toBe(false);
  const second = await eventually(
    async () => {
      const result = await leases.create('target.a.b', record);
      return result.ok && result;
    },
    { intervalMs: 100 },
  );
  expect(second.ok).toBe(true);
});

test('the kill switch is there and off after the first provisioning', async () => {
  const control = await bus.bucket(controlBucket);
  expect((await control.get(killSwitchKey))?.value.on).toBe(false);
});

test('a bucket that nobody provisioned says how to get it', async () => {
  const unknown = { ...breakerBucket, name: 'cortex-nobody' };
  await expect(bus.bucket(unknown)).rejects.toMatchObject({ code: 'CORTEX_BUS_NOT_PROVISIONED' });
});

test('a write that is sent again because its answer was lost is no conflict with itself', async () => {
  const raw = await connect({ servers: nats.url });
  const js = jetstream(raw);
  const write = { msgID: 'the same write', expect: { lastSubjectSequence: 0 } };
  const first = await js.publish('$KV.cortex-breakers.answered', '{}', write);
  const again = await js.publish('$KV.cortex-breakers.answered', '{}', write);
  expect(again).toMatchObject({ duplicate: true, seq: first.seq });
  await raw.close();
  await bucket.delete('answered');
});

test('what is cleared leaves no trace, what does not match stays', async () => {
  for (const key of ['clear.a.1', 'clear.a.2', 'clear.b.1']) await bucket.put(key, breaker(key));
  await bucket.delete('clear.a.2');
  await bucket.clear('clear.a.>');
  expect(await bucket.keys('clear.>')).toEqual(['clear.b.1']);
  expect(await bucket.get('clear.a.1')).toBeUndefined();
  expect(await bucket.create('clear.a.1', breaker('again'))).toMatchObject({ ok: true });
  expect((await bucket.update('clear.a.2', breaker('never there'), 0)).ok).toBe(true);
});
