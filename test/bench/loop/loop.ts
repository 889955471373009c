import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '@cortex/testing';
import type { BenchContext } from '../context.ts';
import { milliseconds, quantile, ratio, type Table } from '../report.ts';
import { cpuMs } from '../support/proc.ts';
import { writeBenchSite } from '../support/site.ts';
import { payloadsOf } from './baseline/payloads.ts';
import { startLoopMeter, type LoopMeter } from './measure.ts';
import { startBaseline, startCortex, type Side } from './sides.ts';
import { stageTable } from './stages.ts';
import { costTable, traceIncident } from './trace.ts';

const warmUp = 60;
const block = 25;
const everyMs = 20;
const stageCount = 40;

/** From an anomaly to the beginning of the first action, beside processes that make the same requests and think nothing. */
export async function benchLoop({ count: wanted, appsDir, profileDir }: BenchContext): Promise<readonly Table[]> {
  const count = Math.ceil(wanted / block) * block;
  const folder = temporaryFolder('cortex-bench-');
  const configFile = writeBenchSite({ dir: folder.path, services: warmUp + 1 + 2 * count + stageCount });
  const stops: (() => Promise<void>)[] = [];
  try {
    const cortex = await startCortex({ dir: join(folder.path, 'cortex'), configFile, appsDir, profileDir });
    stops.push(() => cortex.stop());
    const meter = startLoopMeter(cortex.connection);
    await meter.spaced(0, warmUp, everyMs);
    meter.stop();
    const trace = await traceIncident(cortex.connection, warmUp);
    const bare = await startBaseline(join(folder.path, 'bare'), payloadsOf(trace));
    stops.push(() => bare.stop());
    const bareMeter = startLoopMeter(bare.connection);
    await bareMeter.spaced(0, warmUp, everyMs);
    const sides = [startLoopMeter(cortex.connection), bareMeter] as const;
    const first = warmUp + 1;
    const before = [cpuOf(cortex), cpuOf(bare)] as const;
    const single = await inTurns(sides, count, (side, from) => side.oneByOne(first + from, block));
    const spaced = await inTurns(sides, count, (side, from) => side.spaced(first + count + from, block, everyMs));
    await pause(500);
    const cpu = cpuTable(2 * count, before, [cpuOf(cortex), cpuOf(bare)]);
    const stages = await stageTable([cortex, bare], first + 2 * count, stageCount);
    return [resultTable(count, single, spaced), stages, cpu, costTable(trace)];
  } finally {
    for (const stop of stops.toReversed()) await stop();
    folder.remove();
  }
}

type Pair = readonly [cortex: number[], bare: number[]];

/** Both sides in turns of a few incidents, so that what else the machine does meets both. */
async function inTurns(
  sides: readonly [LoopMeter, LoopMeter],
  count: number,
  run: (side: LoopMeter, from: number) => Promise<number[]>,
): Promise<Pair> {
  const results: Pair = [[], []];
  for (let from = 0; from < count; from += block) {
    results[0].push(...(await run(sides[0], from)));
    results[1].push(...(await run(sides[1], from)));
  }
  return results;
}

function resultTable(count: number, single: Pair, spaced: Pair): Table {
  return {
    title: `From anomaly.detected published to the first action begun, ${count} incidents on ${count} services each`,
    columns: ['load', 'p50', 'p99', 'bare p50', 'bare p99', 'p50 ratio', 'p99 ratio'],
    rows: [row('one at a time', single), row(`one every ${everyMs} ms`, spaced)],
    notes: [
      'Goal: at most 1.5 times the bare requests. Running: nats-server, decision and executor, each its own process.',
    ],
  };
}

function row(name: string, [cortex, bare]: Pair): readonly string[] {
  const [p50, p99] = [quantile(cortex, 0.5), quantile(cortex, 0.99)];
  const [bare50, bare99] = [quantile(bare, 0.5), quantile(bare, 0.99)];
  return [name, ...[p50, p99, bare50, bare99].map(milliseconds), ratio(p50, bare50), ratio(p99, bare99)];
}

type Cpu = Readonly<Record<keyof Side['pids'], number>>;

function cpuOf({ pids }: Side): Cpu {
  return { nats: cpuMs(pids.nats), decision: cpuMs(pids.decision), executor: cpuMs(pids.executor) };
}

/** Unlike the times above, this does not depend on what else the machine does. */
function cpuTable(incidents: number, before: readonly [Cpu, Cpu], after: readonly [Cpu, Cpu]): Table {
  const names = ['decision', 'executor', 'nats'] as const;
  return {
    title: 'Processor time per incident, to the end of the execution',
    columns: ['process', 'Cortex', 'bare', 'ratio'],
    rows: names.map((name) => {
      const [cortex, bare] = [0, 1].map(
        (side) => ((after[side]?.[name] ?? 0) - (before[side]?.[name] ?? 0)) / incidents,
      );
      return [name, milliseconds(cortex ?? 0), milliseconds(bare ?? 0), ratio(cortex ?? 0, bare ?? 0)];
    }),
  };
}
