import { sendAll, untilTaken } from './send.ts';
import { usageOf, type ProcessUsage, type Side } from './side.ts';
import type { Workload } from './workload.ts';

/** Of simulated time, between two samples of a series. */
const intervalMs = 10_000;
/** Rounds in which series are new; they cost more than those that follow. */
const firstRounds = 2;

export interface BurstResult {
  readonly idle: ReadonlyMap<string, ProcessUsage>;
  readonly begun: ReadonlyMap<string, ProcessUsage>;
  readonly end: ReadonlyMap<string, ProcessUsage>;
  /** Between `begun` and `end`. */
  readonly samples: number;
  readonly seconds: number;
  readonly refused: number;
}

/** Sends `rounds` samples of each series as fast as they are taken in; they end now. */
export async function runBurst(side: Side, workload: Workload, rounds: number): Promise<BurstResult> {
  const startMs = Date.now() - rounds * intervalMs;
  const timeOf = (round: number): number => startMs + round * intervalMs;
  const idle = usageOf(side);
  const taken = await side.taken();
  await sendAll(side, workload, { from: 0, to: firstRounds, timeOf });
  await untilTaken(side, taken + firstRounds * workload.series);
  const begun = usageOf(side);
  const beganMs = performance.now();
  await sendAll(side, workload, { from: firstRounds, to: rounds, timeOf });
  await untilTaken(side, taken + rounds * workload.series);
  return {
    idle,
    begun,
    end: usageOf(side),
    samples: (rounds - firstRounds) * workload.series,
    seconds: (performance.now() - beganMs) / 1_000,
    refused: await side.refused(),
  };
}
