import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from '../context.ts';
import type { Table } from '../report.ts';
import { runBurst, type BurstResult } from './burst.ts';
import { partitionsFor, startCortexSide } from './cortex-side.ts';
import { runLive } from './live.ts';
import { startPrometheusSide } from './prometheus-side.ts';
import type { Side } from './side.ts';
import { burstTable, growthTable, liveTable, type Growth } from './tables.ts';
import { Workload } from './workload.ts';

const live = { series: 10_000, intervalMs: 2_000 } as const;
const sizes = [
  { series: 1_000, rounds: 300 },
  { series: 10_000, rounds: 50 },
  { series: 100_000, rounds: 6 },
] as const;

/** Remote write in, anomaly or alert out, beside a Prometheus with a rule on each series; and how the cost grows. */
export async function benchIngest(context: BenchContext): Promise<readonly Table[]> {
  const liveResult = await measureLive(context);
  const growth: Growth[] = [];
  for (const { series, rounds } of sizes) {
    const run = (start: () => Promise<Side>) => burst(start, series, rounds);
    growth.push({
      series,
      partitions: partitionsFor(series),
      cortex: await run(() => startCortexSide({ ...context, series })),
      prometheus: await run(() => startPrometheusSide(live.intervalMs)),
    });
  }
  return [liveTable(live, liveResult), burstTable(growth), growthTable(growth)];
}

async function measureLive(context: BenchContext) {
  const workload = new Workload(live.series);
  const cortex = await startCortexSide({ ...context, series: live.series });
  try {
    const prometheus = await startPrometheusSide(live.intervalMs);
    try {
      return await runLive([cortex, prometheus], workload, live.intervalMs);
    } finally {
      await prometheus.stop();
    }
  } finally {
    await cortex.stop();
  }
}

/** What broke under the load is a result too. */
async function burst(start: () => Promise<Side>, series: number, rounds: number): Promise<BurstResult | string> {
  const side = await start();
  try {
    return await runBurst(side, new Workload(series), rounds);
  } catch (error) {
    // A process that has died is started again soon; then it is the reason.
    await pause(2_000);
    return reasonOf(side, error);
  } finally {
    await side.stop();
  }
}

function reasonOf(side: Side, error: unknown): string {
  try {
    side.pids();
  } catch (died) {
    return String(died);
  }
  return String(error);
}
