import { breakerBucket, incidentBucket, leaseBucket } from '@cortex/contracts';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { Entry } from '../../ports.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

type Breaker = z.output<typeof breakerBucket.value>;

export function watchFeatures(start: StartSite): void {
  onStage('watches', start, (stage) => {
    const { test, open, openByCable, eventually, pause } = stage;

    test('a watch delivers the present entries before it resolves, then every change, and reports unreadable ones separately', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
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
      await stage.publishRaw('$KV.cortex-breakers.watched.three', 'not json');
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
      const bus = await open('test');
      const incidents = await bus.bucket(incidentBucket);
      const seen: (Entry<unknown> | undefined)[] = [];
      await incidents.watch((_key, entry) => void seen.push(entry));
      expect(seen).toEqual([]);
    });

    test('a watch reports entries that match its filter, and no others', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      for (const key of ['filter.a.x', 'filter.b.x', 'other.a.x']) await bucket.put(key, breaker('some', 'before'));
      const seen: string[] = [];
      await bucket.watch((key, entry) => void seen.push(`${key} ${entry?.value.reason ?? 'gone'}`), {
        filter: 'filter.*.x',
      });
      expect(seen.toSorted()).toEqual(['filter.a.x before', 'filter.b.x before']);
      await bucket.put('other.a.x', breaker('other', 'no'));
      await bucket.put('filter.a.y', breaker('other', 'no'));
      await bucket.put('filter.c.x', breaker('other', 'yes'));
      await eventually(() => expect(seen.slice(2)).toEqual(['filter.c.x yes']));
    });

    test('deleted entries are not among those that a watch begins with', async () => {
      const bucket = await (await open('test')).bucket(breakerBucket);
      await bucket.put('began.one', breaker('one'));
      await bucket.put('began.two', breaker('two'));
      await bucket.delete('began.one');
      const seen: string[] = [];
      await bucket.watch((key) => void seen.push(key), { filter: 'began.*' });
      expect(seen).toEqual(['began.two']);
    });

    test('a watch goes on over a crash of the server and a broken connection, and misses nothing for good', async () => {
      const { bus, cable } = await openByCable('watching');
      const other = await (await open('writing')).bucket(breakerBucket);
      const seen = new Map<string, string | undefined>();
      const watched = await bus.bucket(breakerBucket);
      await other.put('survives.gone', breaker('gone', 'there'));
      await watched.watch((key, entry) => void seen.set(key, entry?.value.reason), { filter: 'survives.*' });
      await stage.site.restart();
      await other.put('survives.one', breaker('one', 'after the crash'));
      await eventually(() => expect(seen.get('survives.one')).toBe('after the crash'));
      cable.cut();
      await other.put('survives.one', breaker('one', 'meanwhile'));
      await other.put('survives.two', breaker('two', 'meanwhile'));
      await other.delete('survives.gone');
      await pause(100);
      expect(seen.get('survives.one')).toBe('after the crash');
      cable.mend();
      await eventually(() =>
        expect([...seen].toSorted()).toEqual([
          ['survives.gone', undefined],
          ['survives.one', 'meanwhile'],
          ['survives.two', 'meanwhile'],
        ]),
      );
    });

    test('an entry that expires sends no event: only reading everything again shows it', async () => {
      const patient = await (await open('patient')).bucket(leaseBucket);
      const eager = await (await open('eager', { longestIntervalMs: 500 })).bucket(leaseBucket);
      const seen: Record<'patient' | 'eager', (string | undefined)[]> = { patient: [], eager: [] };
      await patient.watch((_key, entry) => void seen.patient.push(entry?.value.holder), { filter: 'target.expires.*' });
      await eager.watch((_key, entry) => void seen.eager.push(entry?.value.holder), { filter: 'target.expires.*' });
      await patient.put('target.expires.a', { holder: 'me', purpose: 'test', at: '2026-01-05T00:00:00.000Z' });
      await eventually(() => expect(seen).toEqual({ patient: ['me'], eager: ['me'] }));
      await eventually(() => expect(seen.eager).toEqual(['me', undefined]));
      expect(await patient.get('target.expires.a')).toBeUndefined();
      await pause(1_000);
      expect(seen.patient).toEqual(['me']);
      await patient.put('target.expires.a', { holder: 'another', purpose: 'test', at: '2026-01-05T00:00:00.000Z' });
      await eventually(() => expect(seen.patient).toEqual(['me', 'another']));
    });
  });
}

function breaker(playbookId: string, reason?: string): Breaker {
  return { playbookId, state: 'closed', outcomes: [], counted: [], ...(reason === undefined ? {} : { reason }) };
}
