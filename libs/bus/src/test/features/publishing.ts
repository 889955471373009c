import { anomalyCleared, anomalyUpdated, streams } from '@cortex/contracts';
import { expect } from 'vitest';
import { effectId } from '../../ids.ts';
import type { Bus } from '../../ports.ts';
import { cleared } from '../bus-fixture.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

const stream = streams.SIGNALS.name;

export function publishingFeatures(start: StartSite): void {
  onStage('publishing', start, (stage) => {
    const { test, open, openByCable, eventually, pause } = stage;

    async function idsOf(service: string): Promise<readonly string[]> {
      const { jetstream } = stage.site;
      const ids: string[] = [];
      const { lastSequence } = await jetstream.stream(stream);
      for (let sequence = 1; sequence <= lastSequence; sequence += 1) {
        const message = await jetstream.message(stream, sequence);
        if (message?.subject !== `cortex.anomaly.cleared.${service}`) continue;
        ids.push(JSON.parse(Buffer.from(message.data).toString()).id);
      }
      return ids;
    }

    test('an event that is published arrives as it was, with ids and trace', async () => {
      const bus = await open('arrival');
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

    test('one cause has one effect, however often and by whichever process it is published, also after a crash of the server', async () => {
      const duplicates: boolean[] = [];
      const hooks = { published: ({ duplicate }: { readonly duplicate: boolean }) => duplicates.push(duplicate) };
      const bus = await open('first', { hooks });
      const cause = await bus.publish(cleared('cause', 'c-1'));
      const effect = await bus.publish(cleared('effect', 'e-1'), cause);
      expect(effect).toMatchObject({ causationid: cause.id, correlationid: cause.id });
      const other = await open('second', { hooks });
      expect((await other.publish(cleared('effect', 'e-1'), cause)).id).toBe(effect.id);
      await stage.site.restart();
      expect((await other.publish(cleared('effect', 'e-1'), cause)).id).toBe(effect.id);
      expect(duplicates).toEqual([false, false, true, true]);
      expect(await idsOf('effect')).toEqual([effect.id]);
    });

    test('an effect that its stream has is not published again, though the server has forgotten its id', async () => {
      const duplicates: boolean[] = [];
      const bus = await open('later', {
        hooks: { published: ({ duplicate }: { readonly duplicate: boolean }) => duplicates.push(duplicate) },
      });
      const cause = await bus.publish(cleared('cause', 'c-1'));
      const before = new Date(stage.site.nowMs() - 90_000);
      const { id } = await bus.publish(cleared('shape', 's-1'));
      const shaped = await stage.site.jetstream.lastMessage(stream, 'cortex.anomaly.cleared.shape', 'leader');
      const own = effectId(cause, 'anomaly.cleared', cleared('later', 'l-1').key);
      const stored = Buffer.from(shaped?.data ?? '')
        .toString()
        .replaceAll(id, own)
        .replaceAll('shape', 'later');
      // Under another message id: as for an event that was published longer ago than the duplicate window.
      const again = (): Promise<unknown> => bus.publishUnlessStored(cleared('later', 'l-1'), cause, before);
      await stage.publishRaw('cortex.anomaly.cleared.later', stored);
      await again();
      expect(await idsOf('later')).toEqual([own]);
      // Neither when others of its subject have followed.
      await bus.publish(cleared('later', 'another'));
      await bus.publish(cleared('later', 'yet another'));
      await again();
      expect(await idsOf('later')).toHaveLength(3);
      // One that the stream does not have is published.
      const other = await bus.publish(cleared('cause', 'c-2'));
      const missing = await bus.publishUnlessStored(cleared('later', 'missing'), other, before);
      expect(await idsOf('later')).toContain(missing.id);
      // What is older than the time given is not looked at.
      await bus.publishUnlessStored(cleared('later', 'l-1'), cause, new Date(stage.site.nowMs() + 20_000));
      expect(await idsOf('later')).toHaveLength(5);
      // What the stream may have dropped since counts as stored.
      const longAgo = new Date(stage.site.nowMs() - streams.SIGNALS.maxAgeMs - 1_000);
      await bus.publishUnlessStored(cleared('gone', 'g-1'), cause, longAgo);
      expect(await idsOf('gone')).toEqual([]);
    });

    test('a redelivered cause has no second effect', async () => {
      const bus = await open('effects');
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

    test('a publish whose answer is lost is stored all the same, and its retry is known by its id', async () => {
      const duplicates: boolean[] = [];
      const { bus, cable } = await openByCable('deaf', {
        hooks: { published: ({ duplicate }) => duplicates.push(duplicate) },
      });
      cable.deafen();
      let isDone = false;
      const publishing = bus.publish(cleared('unknown', 'u-1')).then((event) => {
        isDone = true;
        return event.id;
      });
      await eventually(async () => expect(await idsOf('unknown')).toHaveLength(1));
      expect(isDone).toBe(false);
      cable.cut();
      await pause(300);
      expect(isDone).toBe(false);
      cable.mend();
      expect(await idsOf('unknown')).toEqual([await publishing]);
      expect(duplicates).toEqual([true]);
    });

    test('publishes over a connection that breaks again and again are all stored, each once', async () => {
      const { bus, cable } = await openByCable('broken');
      const breaking = (async () => {
        for (let round = 0; round < 4; round += 1) {
          await pause(40);
          cable.cut();
          await pause(20);
          cable.mend();
          await eventually(() => bus.isConnected());
        }
      })();
      const publishing: Promise<unknown>[] = [];
      for (let index = 0; index < 60; index += 1) {
        publishing.push(bus.publish(cleared('broken', `b-${index}`)));
        await pause(10);
      }
      const sent = (await Promise.all(publishing)).map((event) => (event as { readonly id: string }).id);
      await breaking;
      expect((await idsOf('broken')).toSorted()).toEqual(sent.toSorted());
    });
  });
}

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
      harm: { kind: 'none', reason: 'test' },
      components: {},
      algorithms: [],
      direction: 'up',
      startedAt: '2026-01-05T00:00:00.000Z',
      observedAt: '2026-01-05T00:00:00.000Z',
      explanation: 'test',
    },
  };
}
