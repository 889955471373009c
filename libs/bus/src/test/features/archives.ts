import { breakerBucket } from '@cortex/contracts';
import { expect } from 'vitest';
import type { z } from 'zod';
import { archive } from '../../archive.ts';
import { silentLogger } from '../bus-fixture.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

type Breaker = z.output<typeof breakerBucket.value>;

/** Any two buckets of one kind of value: what is over is in the part `over`. */
export function archiveFeatures(start: StartSite): void {
  onStage('archives', start, (stage) => {
    const { test, open, pause } = stage;

    function breaker(state: Breaker['state']): Breaker {
      return { playbookId: 'p', state, outcomes: [], counted: [] };
    }

    async function openBoth() {
      const bus = await open('archiving');
      const from = await bus.bucket(breakerBucket);
      // What another test left there would be looked at first.
      await from.clear('>');
      const to = await bus.bucket({ ...breakerBucket, name: 'cortex-execution-archive' });
      const runtime = { now: () => new Date(stage.site.nowMs()), after: () => ({ cancel: () => undefined }) };
      const run = (change?: () => Promise<unknown>): Promise<number> =>
        archive<Breaker, Breaker>({
          from,
          to,
          restMs: 100,
          async isOver({ state }) {
            await change?.();
            return state === 'closed';
          },
          archived: (value) => value,
          logger: silentLogger,
          runtime,
        });
      return { from, to, run };
    }

    test('what is over leaves for the archive, without a marker; what is not, or has just been written, stays', async () => {
      const { from, to, run } = await openBoth();
      await from.put('over', breaker('closed'));
      await from.put('under-way', breaker('open'));
      await pause(300);
      await from.put('fresh', breaker('closed'));
      expect(await run()).toBe(1);
      expect([...(await from.keys())].sort()).toEqual(['fresh', 'under-way']);
      expect((await to.get('over'))?.value).toEqual(breaker('closed'));
      expect(await stage.site.jetstream.subjects('KV_cortex-breakers', '$KV.cortex-breakers.over')).toEqual([]);
      expect(await from.create('over', breaker('open'))).toMatchObject({ ok: true });
      expect((await to.newest(10)).map(({ key }) => key)).toEqual(['over']);
    });

    test('what is written while it is archived stays', async () => {
      const { from, run } = await openBoth();
      await from.put('changed', breaker('closed'));
      await pause(300);
      await run(() => from.put('changed', breaker('open')));
      expect((await from.get('changed'))?.value.state).toBe('open');
    });
  });
}
