import {
  breakerBucket,
  controlBucket,
  killSwitchKey,
  leaseBucket,
  openIncidentBucket,
  quarantineBucket,
} from '@cortex/contracts';
import { expect } from 'vitest';
import type { z } from 'zod';
import { BadEntryError } from '../../errors.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

type Breaker = z.output<typeof breakerBucket.value>;

export function bucketFeatures(start: StartSite): void {
  onStage('buckets', start, (stage) => {
    const { test, open, openByCable, eventually, pause } = stage;

    test('a value comes back as it was put, with its revision and time', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      const revision = await bucket.put('simple', breaker('simple'));
      const entry = await bucket.get('simple');
      expect(entry).toMatchObject({ key: 'simple', revision, value: breaker('simple') });
      expect(Math.abs((entry?.writtenAtMs ?? 0) - stage.site.nowMs())).toBeLessThan(5_000);
      expect(await bucket.get('absent')).toBeUndefined();
    });

    test('its mark stays while nothing changes, and differs after a write, a deletion and an expiry', async () => {
      const bucket = await (await open('test')).bucket(leaseBucket);
      const lease = { holder: 'somebody', purpose: 'test', at: '2026-01-05T00:00:00.000Z' };
      const marks = [await bucket.mark()];
      expect(await bucket.mark()).toBe(marks[0]);
      await bucket.put('target.shop.a', lease);
      marks.push(await bucket.mark());
      await bucket.delete('target.shop.a');
      marks.push(await bucket.mark());
      await bucket.put('target.shop.b', lease);
      marks.push(await bucket.mark());
      await eventually(async () => expect(await bucket.get('target.shop.b')).toBeUndefined());
      await eventually(async () => expect(await bucket.mark()).not.toBe(marks.at(-1)));
      expect(new Set(marks).size).toBe(marks.length);
    });

    test('only one of many creates wins, also after a deletion', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      for (let round = 0; round < 3; round += 1) {
        const results = await Promise.all(Array.from({ length: 40 }, () => bucket.create('once', breaker('once'))));
        expect(results.filter((result) => result.ok)).toHaveLength(1);
        expect(await bucket.delete('once')).toMatchObject({ ok: true });
        expect(await bucket.get('once')).toBeUndefined();
      }
    });

    test('an update or a deletion on an old revision is a conflict and changes nothing', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      const first = await bucket.put('cas', breaker('cas', 'first'));
      const second = await bucket.update('cas', breaker('cas', 'second'), first);
      expect(second.ok).toBe(true);
      expect(await bucket.update('cas', breaker('cas', 'third'), first)).toEqual({ ok: false, reason: 'conflict' });
      expect(await bucket.delete('cas', first)).toEqual({ ok: false, reason: 'conflict' });
      expect((await bucket.get('cas'))?.value.reason).toBe('second');
    });

    test('modifications by many at once all count', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      await Promise.all(
        Array.from({ length: 60 }, () =>
          bucket.modify('counter', (current) => breaker('counter', String(Number(current?.reason ?? '0') + 1))),
        ),
      );
      expect((await bucket.get('counter'))?.value.reason).toBe('60');
      const untouched = await bucket.modify('counter', () => undefined);
      expect(untouched?.value.reason).toBe('60');
    });

    test('a value that does not match the schema is refused on a write, and reported on a read', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      await expect(bucket.put('bad', { playbookId: 'bad' } as unknown as Breaker)).rejects.toBeInstanceOf(
        BadEntryError,
      );
      await stage.publishRaw('$KV.cortex-breakers.poisoned', '{"state":"NaN"}');
      await expect(bucket.get('poisoned')).rejects.toMatchObject({ code: 'CORTEX_BUS_BAD_ENTRY' });
      const entries = await bucket.entries();
      expect(entries.map((entry) => entry.key)).toContain('simple');
      expect(entries.map((entry) => entry.key)).not.toContain('poisoned');
      await bucket.delete('poisoned');
    });

    test('a value that cannot be read costs itself alone, is kept aside, and holds or is replaced', async () => {
      const bus = await open('test');
      const breakers = await bus.bucket(breakerBucket);
      const pointers = await bus.bucket(openIncidentBucket);
      const quarantine = await bus.bucket(quarantineBucket);
      const value = { incidentId: '018f0000-0000-7000-8000-000000000001' };
      const { seq: held } = await stage.publishRaw('$KV.cortex-breakers.held', '{"state":NaN}');
      const { seq: replaced } = await stage.publishRaw('$KV.cortex-open-incidents.replaced', Buffer.from([0xff, 0xfe]));
      const { seq: modified } = await stage.publishRaw('$KV.cortex-open-incidents.modified', '{"incidentId":{}}');
      await expect(breakers.get('held')).rejects.toBeInstanceOf(BadEntryError);
      expect(await breakers.create('held', breaker('held'))).toEqual({ ok: false, reason: 'conflict' });
      expect(await pointers.entries()).toEqual([]);
      expect(await pointers.get('replaced')).toBeUndefined();
      expect((await pointers.create('replaced', value)).ok).toBe(true);
      expect(
        (await pointers.modify('modified', (current) => (current === undefined ? value : undefined)))?.value,
      ).toEqual(value);
      const kept = async (): Promise<unknown[]> =>
        (await quarantine.entries()).map(({ value: { bucket, key, bytes } }) => [
          bucket,
          key,
          Buffer.from(bytes, 'base64').toString('latin1'),
        ]);
      await eventually(async () =>
        expect(await kept()).toEqual(
          expect.arrayContaining([
            ['cortex-breakers', 'held', '{"state":NaN}'],
            ['cortex-open-incidents', 'replaced', Buffer.from([0xff, 0xfe]).toString('latin1')],
            ['cortex-open-incidents', 'modified', '{"incidentId":{}}'],
          ]),
        ),
      );

      expect(await bus.settleQuarantined(`cortex-open-incidents.${replaced}`, 'restored', 'ada')).toBe('replaced');
      expect(await bus.settleQuarantined(`cortex-open-incidents.${modified}`, 'dropped', 'ada')).toBe('done');
      expect((await pointers.get('modified'))?.value).toEqual(value);
      await pointers.delete('replaced');
      expect(await bus.settleQuarantined(`cortex-open-incidents.${replaced}`, 'restored', 'ada')).toBe('done');
      expect(await bus.settleQuarantined(`cortex-open-incidents.${replaced}`, 'restored', 'ada')).toBe('unknown');
      await expect((await bus.bucket({ ...openIncidentBucket, unreadable: 'hold' })).get('replaced')).rejects.toThrow(
        'replaced',
      );
      expect(await bus.settleQuarantined(`cortex-breakers.${held}`, 'dropped', 'ada')).toBe('done');
      expect(await breakers.get('held')).toBeUndefined();
      expect((await quarantine.get(`cortex-breakers.${held}`))?.value.settled).toMatchObject({
        how: 'dropped',
        by: 'ada',
      });
      await pointers.clear('>');
    });

    test('keys and entries follow the filter; deleted ones are not among them', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      for (const key of ['team.a.x', 'team.a.y', 'team.b.x']) await bucket.put(key, breaker(key.replaceAll('.', '-')));
      await bucket.delete('team.a.y');
      expect([...(await bucket.keys('team.*.*'))].sort()).toEqual(['team.a.x', 'team.b.x']);
      expect(await bucket.keys('team.a.*')).toEqual(['team.a.x']);
      expect((await bucket.entries('team.b.>')).map((entry) => entry.value.playbookId)).toEqual(['team-b-x']);
      expect(await bucket.keys('nobody.>')).toEqual([]);
    });

    test('an empty or loose key or filter is an error', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      for (const key of ['', '.', 'a..b', 'a b', '*', '>']) {
        await expect(bucket.get(key)).rejects.toMatchObject({ code: 'CORTEX_BUS_BAD_KEY' });
      }
      for (const filter of ['', 'a.>.b', '..']) {
        await expect(bucket.keys(filter)).rejects.toMatchObject({ code: 'CORTEX_BUS_BAD_KEY' });
      }
    });

    test('a thousand entries are read whole', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      await Promise.all(
        Array.from({ length: 1_000 }, (_unused, index) => bucket.put(`many.${index}`, breaker('many'))),
      );
      expect(await bucket.keys('many.*')).toHaveLength(1_000);
      expect(await bucket.entries('many.*')).toHaveLength(1_000);
    });

    test('revisions of a key grow over updates, deletions, expiry and crashes; what expired can be created again', async () => {
      const bus = await open('test');
      const leases = await bus.bucket(leaseBucket);
      const record = { holder: 'somebody', purpose: 'test', at: '2026-01-05T00:00:00.000Z' };
      const revisions = [await leases.put('target.grows.a', record), await leases.put('target.grows.a', record)];
      await leases.delete('target.grows.a');
      revisions.push(await leases.put('target.grows.a', record));
      await stage.site.restart();
      revisions.push(await leases.put('target.grows.a', record));
      await eventually(async () => (await leases.get('target.grows.a')) === undefined);
      expect(await leases.update('target.grows.a', record, revisions.at(-1) ?? 0)).toMatchObject({ ok: false });
      const created = await leases.create('target.grows.a', record);
      expect((await leases.create('target.grows.a', record)).ok).toBe(false);
      revisions.push(created.ok ? created.revision : 0);
      expect(revisions).toEqual(revisions.toSorted((left, right) => left - right));
      expect(new Set(revisions).size).toBe(5);
    });

    test('of many updates on one revision one wins', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      const revision = await bucket.put('contested', breaker('contested', 'before'));
      const results = await Promise.all(
        Array.from({ length: 40 }, (_unused, index) =>
          bucket.update('contested', breaker('contested', `${index}`), revision),
        ),
      );
      const winners = results.flatMap((result, index) => (result.ok ? [{ index, revision: result.revision }] : []));
      expect(winners).toHaveLength(1);
      expect(await bucket.get('contested')).toMatchObject({
        revision: winners[0]?.revision,
        value: { reason: `${winners[0]?.index}` },
      });
    });

    test('a write whose answer is lost is tried again and is no conflict with itself', async () => {
      const { bus, cable } = await openByCable('deaf');
      const bucket = await bus.bucket(breakerBucket);
      cable.deafen();
      const creating = bucket.create('deaf', breaker('deaf'));
      const seen = await (await open('other')).bucket(breakerBucket);
      await eventually(async () => (await seen.get('deaf')) !== undefined);
      cable.cut();
      await pause(50);
      cable.mend();
      expect(await creating).toMatchObject({ ok: true, revision: (await seen.get('deaf'))?.revision });
    });

    test('the kill switch is there and off after the first provisioning', async () => {
      const bus = await open('test');
      const control = await bus.bucket(controlBucket);
      expect((await control.get(killSwitchKey))?.value.on).toBe(false);
    });

    test('a bucket that was not provisioned is an error with the fix', async () => {
      const bus = await open('test');
      const unknown = { ...breakerBucket, name: 'cortex-nobody' };
      await expect(bus.bucket(unknown)).rejects.toMatchObject({ code: 'CORTEX_BUS_NOT_PROVISIONED' });
    });

    test('a write that is sent again because its answer was lost is no conflict with itself', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      const js = stage.site.jetstream;
      const write = { msgID: 'the same write', timeout: 5_000, expect: { lastSubjectSequence: 0 } };
      const first = await js.publish('$KV.cortex-breakers.answered', Buffer.from('{}'), write);
      const again = await js.publish('$KV.cortex-breakers.answered', Buffer.from('{}'), write);
      expect(again).toMatchObject({ duplicate: true, seq: first.seq });
      await bucket.delete('answered');
    });

    test('cleared entries leave no trace, others stay', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      for (const key of ['clear.a.1', 'clear.a.2', 'clear.b.1']) await bucket.put(key, breaker(key));
      await bucket.delete('clear.a.2');
      await bucket.clear('clear.a.>');
      expect(await bucket.keys('clear.>')).toEqual(['clear.b.1']);
      expect(await bucket.get('clear.a.1')).toBeUndefined();
      expect(await bucket.create('clear.a.1', breaker('again'))).toMatchObject({ ok: true });
      expect((await bucket.update('clear.a.2', breaker('never there'), 0)).ok).toBe(true);
    });
  });
}

function breaker(playbookId: string, reason?: string): Breaker {
  return { playbookId, state: 'closed', outcomes: [], counted: [], ...(reason === undefined ? {} : { reason }) };
}
