import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '@cortex/detection';
import type { BenchContext } from '../context.ts';
import type { Table } from '../report.ts';
import { untilAnotherAnswers } from './ask.ts';
import { startCortexSide } from './cortex-side.ts';
import { requireMonit, startMonitSide } from './monit-side.ts';
import { intervalMs, type Side } from './side.ts';
import { recoveryTable, stageTable } from './tables.ts';
import { longestMs, runTrial, type Fault, type Trial } from './trial.ts';

const faults: readonly Fault[] = ['SIGKILL', 'SIGSTOP'];
const seed = 20_260_101;

/** From the fault of a process to HTTP 200 from a new one: Cortex beside Monit, in turns. */
export async function benchRecovery({ count, appsDir }: BenchContext): Promise<readonly Table[]> {
  requireMonit();
  const cortex = await startCortexSide(appsDir);
  try {
    const monit = await startMonitSide();
    try {
      const trials = await runTrials([cortex, monit], count);
      return [recoveryTable(trials, cortex.log.heard), stageTable(trials, cortex.log.heard)];
    } finally {
      await monit.stop();
    }
  } finally {
    await cortex.stop();
  }
}

/** Each fault meets both sides at the same moment of the interval, and neither while the other still recovers. */
async function runTrials(sides: readonly Side[], count: number): Promise<readonly Trial[]> {
  const random = seededRandom(seed);
  const trials: Trial[] = [];
  await Promise.all(sides.map((side) => untilAnotherAnswers(side.url, undefined, longestMs)));
  for (const fault of faults) {
    for (let round = 0; round < count; round += 1) {
      const phaseMs = random() * intervalMs;
      for (const side of sides) {
        await Promise.all(sides.map((each) => each.settled()));
        await pause(phaseMs);
        trials.push(await runTrial(side, fault));
      }
    }
  }
  // The last recovery is to be proved, too.
  await Promise.all(sides.map((side) => side.settled()));
  return trials;
}
