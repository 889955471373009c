import { anomalyCleared, streams } from '@cortex/contracts';
import type { CortexEvent } from '@cortex/contracts';
import { expect } from 'vitest';
import type { HandlingOutcome } from '../../hooks.ts';
import type { Subscription } from '../../ports.ts';
import { cleared } from '../bus-fixture.ts';
import type { ConnectSiteOptions, StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

type Handle = Subscription<'anomaly.cleared'>['handle'];

function counting(outcomes: HandlingOutcome[]): ConnectSiteOptions {
  return { hooks: { consumed: ({ outcome }) => outcomes.push(outcome) } };
}

export function consumingFeatures(start: StartSite): void {
  onStage('consuming', start, (stage) => {
    const { test, open, openByCable, eventually, pause } = stage;

    test('events of one key run one at a time and in order, those of others beside them, within the concurrency', async () => {
      const own = await open('order');
      const seen: Record<string, string[]> = { a: [], b: [], c: [] };
      const running = new Set<string>();
      let most = 0;
      const handle: Handle = async (event) => {
        const [key = '', marker = ''] = event.data.anomalyId.split(':');
        expect(running.has(key)).toBe(false);
        running.add(key);
        most = Math.max(most, running.size);
        await pause(2);
        running.delete(key);
        seen[key]?.push(marker);
        return [];
      };
      for (let index = 0; index < 90; index += 1) {
        await own.publish(cleared('ordered', `${'abc'[index % 3]}:${index}`));
      }
      await own.consume({
        consumer: 'order',
        event: anomalyCleared,
        service: 'ordered',
        concurrency: 2,
        key: (event) => event.data.anomalyId.split(':')[0] ?? '',
        handle,
      });
      await eventually(() => expect(Object.values(seen).flat()).toHaveLength(90));
      for (const markers of Object.values(seen)) {
        expect(markers.map(Number)).toEqual(markers.map(Number).sort((left, right) => left - right));
      }
      expect(most).toBe(2);
    });

    test('two subscriptions of one bus never handle one key at the same time', async () => {
      const own = await open('shared-queue');
      let inside = 0;
      let handled = 0;
      const handle = async (): Promise<readonly never[]> => {
        inside += 1;
        expect(inside).toBe(1);
        await pause(5);
        inside -= 1;
        handled += 1;
        return [];
      };
      for (const consumer of ['left', 'right']) {
        await own.consume({ consumer, event: anomalyCleared, service: 'shared', key: () => 'one', handle });
      }
      for (let index = 0; index < 10; index += 1) await own.publish(cleared('shared', `s-${index}`));
      await eventually(() => expect(handled).toBe(20));
    });

    test('a handler that takes longer than the ack wait is not delivered twice, nor are those that wait behind it', async () => {
      const own = await open('heartbeat');
      const deliveries: number[] = [];
      await own.consume({
        consumer: 'slow',
        event: anomalyCleared,
        service: 'slow',
        ackWaitMs: 300,
        handle: async (_event, context) => {
          deliveries.push(context.deliveries);
          await pause(800);
          return [];
        },
      });
      await own.publish(cleared('slow', 'one'));
      await own.publish(cleared('slow', 'two'));
      await eventually(() => expect(deliveries).toHaveLength(2));
      await pause(1_000);
      expect(deliveries).toEqual([1, 1]);
    });

    test('asking for another try later does not count as a failure', async () => {
      const outcomes: HandlingOutcome[] = [];
      const own = await open('later', counting(outcomes));
      let tries = 0;
      await own.consume({
        consumer: 'later',
        event: anomalyCleared,
        service: 'later',
        maxDeliveries: 2,
        handle: async () => {
          tries += 1;
          if (tries < 6) throw Object.assign(new Error('not yet'), { retryAfterMs: 20 });
          return [];
        },
      });
      await own.publish(cleared('later', 'l-1'));
      await eventually(() => expect(outcomes.at(-1)).toBe('handled'));
      expect(outcomes.slice(0, -1)).toEqual(Array.from({ length: 5 }, () => 'retry_later'));
    });

    test('a derived id is the same on every delivery', async () => {
      const own = await open('derive');
      const ids: string[] = [];
      await own.consume({
        consumer: 'derive',
        event: anomalyCleared,
        service: 'derive',
        handle: async (_event, context) => {
          ids.push(context.deriveId('execution', 'one'));
          if (ids.length < 3) throw Object.assign(new Error('again'), { retryAfterMs: 10 });
          return [];
        },
      });
      await own.publish(cleared('derive', 'd-1'));
      await eventually(() => expect(ids).toHaveLength(3));
      expect(new Set(ids).size).toBe(1);
    });

    test('a drain lets the running handler end, aborts its signal, and hands back waiting messages', async () => {
      const first = await open('drain-1');
      const finished: string[] = [];
      let told = false;
      const slow: Handle = async (event, context) => {
        context.signal.addEventListener('abort', () => (told = true), { once: true });
        await pause(400);
        finished.push(event.data.anomalyId);
        return [];
      };
      const subscription = { consumer: 'drain', event: anomalyCleared, service: 'drain', ackWaitMs: 30_000 } as const;
      for (let index = 0; index < 5; index += 1) await first.publish(cleared('drain', `d-${index}`));
      await first.consume({ ...subscription, handle: slow });
      await pause(200);
      await first.drain(5_000);
      expect(finished).toEqual(['d-0']);
      expect(told).toBe(true);

      const second = await open('drain-2');
      const rest: CortexEvent<'anomaly.cleared'>[] = [];
      await second.consume({
        ...subscription,
        handle: async (event) => {
          rest.push(event);
          return [];
        },
      });
      // Far sooner than the ack wait: they were handed back, not left to time out.
      await eventually(
        () => expect(rest.map((event) => event.data.anomalyId).sort()).toEqual(['d-1', 'd-2', 'd-3', 'd-4']),
        3_000,
      );
    });

    test('a drain does not wait longer than it was told to', async () => {
      const own = await open('stuck');
      let started = false;
      await own.consume({
        consumer: 'stuck',
        event: anomalyCleared,
        service: 'stuck',
        handle: async () => {
          started = true;
          return new Promise(() => {});
        },
      });
      await own.publish(cleared('stuck', 's-1'));
      await eventually(() => started);
      const startedMs = stage.site.nowMs();
      await own.drain(300);
      expect(stage.site.nowMs() - startedMs).toBeLessThan(2_500);
    });

    test('a bad draft of a handler is its failure, and published is nothing', async () => {
      const outcomes: HandlingOutcome[] = [];
      const own = await open('bad-draft', counting(outcomes));
      await own.consume({
        consumer: 'bad-draft',
        event: anomalyCleared,
        service: 'bad-draft',
        maxDeliveries: 1,
        handle: async () => [cleared('shop', 'fine', 'k'), cleared('', 'not fine')],
      });
      const heard: string[] = [];
      await own.read({
        event: anomalyCleared,
        service: 'shop',
        from: 'new',
        handle: (event) => void heard.push(event.id),
      });
      await own.publish(cleared('bad-draft', 'b-1'));
      await eventually(() => expect(outcomes).toEqual(['dead_lettered']));
      expect(heard).toEqual([]);
    });

    test('a durable consumer follows its settings and goes on where it was', async () => {
      const own = await open('settings');
      const handled: string[] = [];
      const subscription = {
        consumer: 'settings',
        event: anomalyCleared,
        service: 'settings',
        handle: async (event: CortexEvent<'anomaly.cleared'>) => {
          handled.push(event.data.anomalyId);
          return [];
        },
      } as const;
      const first = await own.consume({ ...subscription, ackWaitMs: 1_000 });
      await own.publish(cleared('settings', 's-1'));
      await eventually(() => expect(handled).toEqual(['s-1']));
      await first.stop();
      await own.publish(cleared('settings', 's-2'));
      await own.consume({ ...subscription, ackWaitMs: 7_000 });
      await eventually(() => expect(handled).toEqual(['s-1', 's-2']));
      const { config } = await stage.site.jetstream.consumer(streams.SIGNALS.name, 'settings-anomaly-cleared-settings');
      expect(config).toMatchObject({ ack_wait: 7_000 * 1e6, filter_subject: 'cortex.anomaly.cleared.settings' });
    });

    test('a message of a process that is lost goes to another one, and its late end changes nothing', async () => {
      const outcomes: HandlingOutcome[] = [];
      const { bus: lost, cable } = await openByCable('lost', counting(outcomes));
      const subscription = { consumer: 'lost', event: anomalyCleared, service: 'lost', ackWaitMs: 600 } as const;
      let finish = (): void => {};
      let isTold = false;
      await lost.consume({
        ...subscription,
        handle: async (_event, context) => {
          context.signal.addEventListener('abort', () => (isTold = true), { once: true });
          await new Promise<void>((resolve) => (finish = resolve));
          return [];
        },
      });
      await lost.publish(cleared('lost', 'l-1'));
      await pause(100);
      cable.cut();
      const other = await open('other');
      const deliveries: number[] = [];
      await other.consume({
        ...subscription,
        handle: async (_event, context) => {
          deliveries.push(context.deliveries);
          return [];
        },
      });
      await eventually(() => expect(deliveries).toEqual([2]));
      await eventually(() => expect(isTold).toBe(true));
      finish();
      await eventually(() => expect(outcomes).toEqual(['lost']));
      cable.mend();
      await pause(1_000);
      expect(deliveries).toEqual([2]);
    });

    test('a process that was away for too long does not ack what another has under way', async () => {
      const { bus: away, cable } = await openByCable('away');
      const subscription = { consumer: 'away', event: anomalyCleared, service: 'away', ackWaitMs: 600 } as const;
      let finish = (): void => {};
      await away.consume({
        ...subscription,
        handle: async () => {
          await new Promise<void>((resolve) => (finish = resolve));
          return [];
        },
      });
      await away.publish(cleared('away', 'a-1'));
      await pause(100);
      cable.cut();
      const { bus: next, cable: nextCable } = await openByCable('next');
      let isUnderWay = false;
      await next.consume({
        ...subscription,
        handle: async () => {
          isUnderWay = true;
          return new Promise(() => {});
        },
      });
      await eventually(() => isUnderWay);
      cable.mend();
      await eventually(() => away.isConnected());
      finish();
      await pause(200);
      await away.drain(500);
      nextCable.cut();
      const last = await open('last');
      const handled: string[] = [];
      await last.consume({
        ...subscription,
        handle: async (event) => {
          handled.push(event.data.anomalyId);
          return [];
        },
      });
      await eventually(() => expect(handled).toEqual(['a-1']));
    });

    test('a failing message waits for its next try while others are handled', async () => {
      const bus = await open('failing');
      const handled: [string, number][] = [];
      await bus.consume({
        consumer: 'failing-one',
        event: anomalyCleared,
        service: 'failing-one',
        concurrency: 1,
        key: (event) => event.data.anomalyId,
        handle: async (event) => {
          handled.push([event.data.anomalyId, stage.site.nowMs()]);
          if (event.data.anomalyId === 'bad' && handled.length < 3) throw new Error('not this time');
          return [];
        },
      });
      await bus.publish(cleared('failing-one', 'bad'));
      await bus.publish(cleared('failing-one', 'good'));
      await eventually(() => expect(handled.map(([id]) => id)).toEqual(['bad', 'good', 'bad']));
      // The first delay is 200 ms, less its jitter.
      expect((handled[2]?.[1] ?? 0) - (handled[0]?.[1] ?? 0)).toBeGreaterThanOrEqual(95);
    });

    test('however many messages wait for another try, healthy ones behind them are handled', async () => {
      const bus = await open('delayed');
      const waiting = new Set<string>();
      const handled: string[] = [];
      await bus.consume({
        consumer: 'delayed',
        event: anomalyCleared,
        service: 'delayed',
        key: (event) => event.data.anomalyId,
        handle: async ({ data: { anomalyId } }) => {
          if (anomalyId.startsWith('good')) handled.push(anomalyId);
          else waiting.add(anomalyId);
          if (waiting.has(anomalyId)) throw Object.assign(new Error('not yet'), { retryAfterMs: 600_000 });
          return [];
        },
      });
      const many = Array.from({ length: 1_100 }, (_unused, index) => cleared('delayed', `d-${index}`));
      await Promise.all(many.map((draft) => bus.publish(draft)));
      await bus.publish(cleared('delayed', 'good'));
      await eventually(() => expect([handled, waiting.size]).toEqual([['good'], many.length]));
    });

    test('a consumer that is deleted on the server is set up again', async () => {
      const bus = await open('deleted');
      const handled = new Set<string>();
      await bus.consume({
        consumer: 'deleted',
        event: anomalyCleared,
        service: 'deleted',
        handle: async (event) => {
          handled.add(event.data.anomalyId);
          return [];
        },
      });
      await bus.publish(cleared('deleted', 'd-1'));
      await eventually(() => expect(handled.size).toBe(1));
      // nats-server 2.9 may complain about its files and deletes it all the same.
      await stage.site.jetstream
        .deleteConsumer(streams.SIGNALS.name, 'deleted-anomaly-cleared-deleted')
        .catch(() => false);
      await bus.publish(cleared('deleted', 'd-2'));
      await eventually(() => expect(handled.size).toBe(2));
    });

    test('two replicas share the messages of their consumer', async () => {
      const handled: Record<string, string[]> = { one: [], two: [] };
      for (const name of ['one', 'two']) {
        const bus = await open(name);
        await bus.consume({
          consumer: 'replicas',
          event: anomalyCleared,
          service: 'replicas',
          concurrency: 1,
          key: (event) => event.data.anomalyId,
          handle: async (event) => {
            handled[name]?.push(event.data.anomalyId);
            await pause(20);
            return [];
          },
        });
      }
      const publisher = await open('publisher');
      for (let index = 0; index < 30; index += 1) await publisher.publish(cleared('replicas', `r-${index}`));
      await eventually(() => expect(new Set(Object.values(handled).flat()).size).toBe(30));
      await pause(200);
      expect(Object.values(handled).flat()).toHaveLength(30);
      expect(Object.values(handled).every((ids) => ids.length > 0)).toBe(true);
    });
  });
}
