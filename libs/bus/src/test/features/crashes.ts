import { anomalyCleared, breakerBucket, controlBucket, killSwitchKey } from '@cortex/contracts';
import { expect } from 'vitest';
import { cleared } from '../bus-fixture.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

export function crashFeatures(start: StartSite): void {
  onStage('crashes', start, (stage) => {
    const { test, open, eventually, pause } = stage;

    test('publishing, consuming, reading and watching go on over three server crashes; nothing is lost or doubled', async () => {
      const bus = await open('test');
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
        await stage.site.kill();
        await eventually(() => !bus.isConnected());
        await stage.site.restart();
        await eventually(() => bus.isConnected());
      }
      await publishing;
      const at = new Date(stage.site.nowMs()).toISOString();
      await control.put(killSwitchKey, { on: true, by: 'test', reason: 'after the crashes', at });

      await eventually(() => expect(consumed.size).toBe(300), 20_000);
      await eventually(() => expect(read).toEqual(expected), 20_000);
      await eventually(() => expect(watched.at(-1)).toBe('after the crashes'), 20_000);
      expect(caughtUp).toBe(1);
      const fromStart: string[] = [];
      await bus.read({
        event: anomalyCleared,
        from: 'all',
        handle: (event) => void fromStart.push(event.data.anomalyId),
      });
      await eventually(() => expect(fromStart).toEqual(expected));
    });
    test('a request while the server is away waits for it, and gives up with a code when it stays away', async () => {
      const bus = await open('test');
      const bucket = await bus.bucket(breakerBucket);
      const leases = await bus.leases();
      await stage.site.kill();
      await eventually(() => !bus.isConnected());
      const asked = bucket.get('nothing');
      // A lease waits for a third of its length, other records for ten seconds.
      const askedMs = stage.site.nowMs();
      await expect(leases.acquire('target.shop.a', 'test')).rejects.toMatchObject({
        code: 'CORTEX_BUS_UNAVAILABLE',
        retryAfterMs: 1_000,
      });
      expect(stage.site.nowMs() - askedMs).toBeLessThan(2_000);
      await stage.site.restart();
      await expect(asked).resolves.toBeUndefined();
    });

    test('a bus that is drained while the server is away ends its pending publishes with a code', async () => {
      const own = await open('closing');
      await stage.site.kill();
      await eventually(() => !own.isConnected());
      const pending = own.publish(cleared('crash', 'never'));
      const ended = Promise.allSettled([pending]);
      await own.drain(200);
      expect(await ended).toMatchObject([{ status: 'rejected', reason: { code: 'CORTEX_BUS_CLOSED' } }]);
      await stage.site.restart();
    });
  });
}
