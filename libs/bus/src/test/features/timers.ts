import { timerBucket, timerDue } from '@cortex/contracts';
import type { CortexEvent } from '@cortex/contracts';
import { expect } from 'vitest';
import { derivedId } from '../../ids.ts';
import type { Bus, TimerRequest } from '../../ports.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

export function timerFeatures(start: StartSite): void {
  onStage('timers', start, (stage) => {
    const { test, open, eventually, pause } = stage;
    let fired: CortexEvent<'timer.due'>[] = [];
    const keys = (): readonly string[] => fired.map((event) => event.data.key);

    function timer(key: string, inMs: number, purpose = 'test', revision = 1): TimerRequest {
      const dueAt = new Date(stage.site.nowMs() + inMs);
      return { key, dueAt, service: 'shop', purpose, payload: { level: 2 }, revision };
    }

    async function listen(): Promise<void> {
      const heard: CortexEvent<'timer.due'>[] = [];
      fired = heard;
      const listener = await open('listener');
      await listener.read({ event: timerDue, from: 'new', handle: (event) => void heard.push(event) });
    }

    async function withBus(name: string, use: (bus: Bus) => Promise<void>): Promise<void> {
      const bus = await open(name);
      await use(bus);
      await bus.drain(1_000);
    }

    test('a timer fires when it is due, not before, with what it was given', async () => {
      await listen();
      await withBus('own', async (bus) => {
        const timers = await bus.timers('decision');
        const request = timer('incident 1/approval', 400);
        await timers.schedule(request);
        await eventually(() => expect(keys()).toEqual(['incident 1/approval']));
        expect(stage.site.nowMs()).toBeGreaterThanOrEqual(request.dueAt.getTime());
        expect(fired[0]?.data).toMatchObject({ owner: 'decision', purpose: 'test', payload: { level: 2 } });
        const records = await bus.bucket(timerBucket);
        await eventually(async () => expect(await records.keys()).toEqual([]));
      });
    });

    test('a cancelled timer never fires; one that is set anew fires at the new time alone', async () => {
      await listen();
      await withBus('own', async (bus) => {
        const timers = await bus.timers('decision');
        await timers.schedule(timer('cancelled', 300));
        await timers.schedule(timer('moved', 200, 'old'));
        await timers.schedule(timer('moved', 700, 'new'));
        await timers.cancel('cancelled', 1);
        await timers.cancel('never set', 1);
        await eventually(() => expect(keys()).toEqual(['moved']));
        await pause(300);
        expect(fired.map((event) => event.data.purpose)).toEqual(['new']);
      });
    });

    test('setting the same due time again changes nothing', async () => {
      await listen();
      await withBus('own', async (bus) => {
        const timers = await bus.timers('decision');
        const request = timer('same', 60_000);
        await timers.schedule(request);
        const records = await bus.bucket(timerBucket);
        const before = await records.get('decision.same');
        await timers.schedule(request);
        expect((await records.get('decision.same'))?.revision).toBe(before?.revision);
        await timers.cancel('same', 1);
      });
    });

    test('what an older revision of a record wants does not touch the timer of a newer one', async () => {
      await listen();
      await withBus('own', async (bus) => {
        const timers = await bus.timers('decision');
        const records = await bus.bucket(timerBucket);
        const newer = timer('fenced', 500, 'newer', 8);
        await timers.schedule(timer('fenced', 400, 'older', 7));
        await timers.schedule(newer);
        await timers.schedule(timer('fenced', 100, 'late', 7));
        await timers.cancel('fenced', 7);
        expect((await records.get('decision.fenced'))?.value).toMatchObject({ purpose: 'newer', revision: 8 });
        await eventually(() => expect(timers.isSet('fenced', newer.dueAt)).toBe(true));
        await eventually(() => expect(fired.map((event) => event.data.purpose)).toEqual(['newer']));
        await eventually(() => expect(timers.isSet('fenced', newer.dueAt)).toBe(false));
      });
    });

    test('a timer that a newer revision wants for the same time is safe from the older one too', async () => {
      await withBus('own', async (bus) => {
        const timers = await bus.timers('decision');
        const records = await bus.bucket(timerBucket);
        const wanted = timer('again', 60_000);
        await timers.schedule({ ...wanted, revision: 3 });
        await timers.schedule({ ...wanted, revision: 5 });
        await timers.cancel('again', 4);
        expect((await records.get('decision.again'))?.value.revision).toBe(5);
        await timers.cancel('again', 5);
        expect(await records.get('decision.again')).toBeUndefined();
      });
    });

    test('two replicas of an owner fire a timer once, another owner not at all', async () => {
      await listen();
      await withBus('replica-1', (first) =>
        withBus('replica-2', (second) =>
          withBus('stranger', async (stranger) => {
            const timers = await first.timers('escalator');
            await second.timers('escalator');
            await stranger.timers('decision');
            for (let index = 0; index < 20; index += 1) await timers.schedule(timer(`twice-${index}`, 500));
            await eventually(() => expect(new Set(keys()).size).toBe(20));
            await pause(500);
            expect(fired).toHaveLength(20);
            expect(new Set(fired.map((event) => event.data.owner))).toEqual(new Set(['escalator']));
          }),
        ),
      );
    });

    test('a timer that came due while its owner was gone and the server restarted fires when the owner is back', async () => {
      await listen();
      await withBus('before', async (bus) => {
        await (await bus.timers('escalator')).schedule(timer('overdue', 300));
      });
      await stage.site.restart();
      await pause(400);
      expect(keys()).toEqual([]);
      await withBus('after', async (bus) => {
        await bus.timers('escalator');
        await eventually(() => expect(keys()).toEqual(['overdue']));
      });
    });
    test('an owner killed between the event and the deletion fires again under the same id, which the stream drops', async () => {
      await listen();
      await withBus('own', async (bus) => {
        const request = timer('killed', 200);
        const dueAt = request.dueAt.toISOString();
        const timers = await bus.timers('decision');
        await timers.schedule(request);
        await eventually(() => expect(keys()).toEqual(['killed']));
        expect(fired[0]?.id).toBe(derivedId({ id: 'timer', time: dueAt }, 'decision', 'killed', dueAt));
        // The record that the killed process would have left behind.
        const records = await bus.bucket(timerBucket);
        await eventually(async () => expect(await records.get('decision.killed')).toBeUndefined());
        await records.put('decision.killed', {
          owner: 'decision',
          service: 'shop',
          purpose: 'test',
          dueAt,
          payload: {},
          revision: 1,
        });
        await eventually(async () => expect(await records.get('decision.killed')).toBeUndefined());
        await pause(200);
        expect(fired).toHaveLength(1);
      });
    });

    test('timers that are due together over a server crash all fire, each once', async () => {
      await listen();
      await withBus('own', async (bus) => {
        const timers = await bus.timers('decision');
        for (let index = 0; index < 30; index += 1) await timers.schedule(timer(`crash-${index}`, 600));
        await pause(550);
        await stage.site.restart();
        await eventually(() => expect(new Set(keys()).size).toBe(30), 20_000);
        await pause(500);
        expect(fired).toHaveLength(30);
      });
    });
  });
}
