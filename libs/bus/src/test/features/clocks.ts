import { clockBucket, draft, healthChanged } from '@cortex/contracts';
import { expect } from 'vitest';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

const hour = 3_600_000;
const nearMs = 1_000;

export function clockFeatures(start: StartSite): void {
  onStage('clocks', start, (stage) => {
    const { test, open } = stage;
    const offBy = (at: Date | string): number => Math.abs(new Date(at).getTime() - stage.site.nowMs());

    for (const clockAheadMs of [-hour, hour]) {
      test(`a process whose clock is ${clockAheadMs} ms ahead has the time of the server, and all it says has`, async () => {
        const bus = await open(`skewed-${clockAheadMs > 0 ? 'ahead' : 'behind'}`, { clockAheadMs });
        expect(offBy(bus.runtime.now())).toBeGreaterThan(hour - nearMs);
        await bus.synchronize();
        expect(offBy(bus.runtime.now())).toBeLessThan(nearMs);
        const target = { service: 'shop', instance: 'shop-1' };
        const since = new Date(stage.site.nowMs()).toISOString();
        const states = { from: 'HEALTHY', to: 'UNHEALTHY' } as const;
        const data = { ...states, since, target, failing: [], flapping: false, dependenciesDown: [], reason: '' };
        const event = await bus.publish(draft(healthChanged, { service: 'shop', data }));
        expect(offBy(event.time)).toBeLessThan(nearMs);
      });
    }

    test('what a clock shows is kept, with the time of the server beside it', async () => {
      const bus = await open('wrong', { clockAheadMs: hour });
      await bus.synchronize();
      const readings = await (await bus.bucket(clockBucket)).entries();
      const [own] = readings.filter(({ key }) => key === 'wrong');
      const shownMs = Date.parse(own?.value.at ?? '') - (own?.writtenAtMs ?? 0);
      expect(Math.abs(shownMs - hour)).toBeLessThan(nearMs);
      expect(Math.abs((own?.value.aheadMs ?? 0) - hour)).toBeLessThan(nearMs);
    });
  });
}
