import type { BenchContext } from '../context.ts';
import { benchFaults } from '../faults/faults.ts';
import { benchQuietDay } from '../faults/quiet-day.ts';
import type { Table } from '../report.ts';
import { benchForests } from './forests.ts';
import { benchEntities } from './multivariate.ts';
import { benchNab } from './nab.ts';
import { benchSeries } from './series-cost.ts';

const seeds = 20;
/** Of six metrics: a thousand series. */
const quietInstances = 167;

/** How good the detection is, on public recordings and on injected faults, and what it costs. */
export async function benchDetection({ dataDir }: BenchContext): Promise<readonly Table[]> {
  return [
    ...(await benchNab(dataDir)),
    ...benchEntities(dataDir),
    ...benchFaults(seeds),
    benchQuietDay(quietInstances),
    benchSeries(),
    benchForests(),
  ];
}
