import type { Bus, Consumption } from '@cortex/bus';
import { clockBucket } from '@cortex/contracts';
import type { OwnHealth } from './own-health.ts';

interface Parts {
  readonly bus: Pick<Bus, 'bucket'>;
  readonly health: OwnHealth;
  readonly maxSkewMs: number;
}

/**
 * Whether the clock of each process shows the server's time. Cortex decides by the server's time whatever the clocks show;
 * but logs, certificates and what others send in are of that machine's clock. One that is wrong is trouble of Cortex itself,
 * told once: how wrong it is may change with each reading.
 */
export async function watchClocks({ bus, health, maxSkewMs }: Parts): Promise<Consumption> {
  const bucket = await bus.bucket(clockBucket);
  const everWrong = new Set<string>();
  return bucket.watch((process, entry) => {
    const aheadMs = entry?.value.aheadMs ?? 0;
    const isWrong = Math.abs(aheadMs) > maxSkewMs;
    if (isWrong) everWrong.add(process);
    if (!everWrong.has(process)) return;
    const part = { instance: `clock-${process.slice(0, 100)}`, check: 'clock', type: 'clock' };
    void health.tell(part, isWrong ? 'wrong' : '', isWrong ? describe(process, aheadMs) : '');
  });
}

function describe(process: string, aheadMs: number): string {
  const seconds = `${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
  return `the clock of ${process} is ${seconds} the NATS server’s: correct the time of its machine (NTP)`;
}
