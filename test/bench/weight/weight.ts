import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startProcess, temporaryFolder, type TestProcess } from '@cortex/testing';
import type { BenchContext } from '../context.ts';
import { milliseconds, round, type Table } from '../report.ts';
import { cpuMs, residentMib } from '../support/proc.ts';
import { loopDelays } from './loop-delays.ts';
import { processesUnder } from './process-tree.ts';

const storyTimeoutMs = 180_000;
/** What the story leaves to be done has ended by then. */
const settleMs = 5_000;
const idleMs = 30_000;

const layouts = [
  { name: 'one process', flags: [] },
  { name: 'a process each', flags: ['--processes'] },
] as const;

interface Weight {
  readonly name: string;
  readonly mib: number;
  /** Of a core, in per cent. */
  readonly cpuPercent: number;
}

/** The demo, then a while of nothing: memory and processor time of every process, and how late event loops were meanwhile. */
export async function benchWeight({ appsDir }: BenchContext): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const { name, flags } of layouts)
    tables.push(await weigh(name, flags, resolve(appsDir, 'cli', 'dist', 'main.js')));
  return tables;
}

async function weigh(layout: string, flags: readonly string[], cli: string): Promise<Table> {
  const folder = temporaryFolder('cortex-bench-');
  const demo = startProcess([
    process.execPath,
    cli,
    'demo',
    '--port',
    '0',
    '--dir',
    join(folder.path, 'demo'),
    ...flags,
  ]);
  try {
    // Asking begins the measurement anew: the start, which loads code, is not part of it.
    await demo.waitForLine(/are ready after/, storyTimeoutMs);
    await loopDelays(join(folder.path, 'demo'));
    await demo.waitForLine(/^The console stays at/, storyTimeoutMs);
    const delays = await loopDelays(join(folder.path, 'demo'));
    await pause(settleMs);
    const weights = await weighIdle(demo);
    const sum = (of: 'mib' | 'cpuPercent'): number => weights.reduce((total, weight) => total + weight[of], 0);
    return {
      title: `Weight after the demo: ${layout}`,
      columns: ['process', 'memory', 'processor, idle'],
      rows: [...weights, { name: 'together', mib: sum('mib'), cpuPercent: sum('cpuPercent') }].map((weight) => [
        weight.name,
        `${round(weight.mib)} MiB`,
        `${round(weight.cpuPercent)} %`,
      ]),
      notes: [
        `Delay of event loops through the demo, p99 and longest: ${delays
          .map(({ service, p99Ms, maxMs }) => `${service} ${milliseconds(p99Ms)}, ${milliseconds(maxMs)}`)
          .join('; ')}.`,
        `Idle: ${idleMs / 1_000} s in which ten checks a second go on, and telemetry of two patients arrives.`,
      ],
    };
  } finally {
    await demo.stop(30_000);
    folder.remove();
  }
}

/** Without the patients, which are what is watched. */
async function weighIdle(demo: TestProcess): Promise<readonly Weight[]> {
  const processes = processesUnder(demo.pid).filter(({ name }) => name !== 'patient');
  const before = processes.map(({ pid }) => cpuMs(pid));
  await pause(idleMs);
  return processes.map(({ pid, name }, index) => ({
    name,
    mib: residentMib(pid),
    cpuPercent: (100 * (cpuMs(pid) - (before[index] ?? 0))) / idleMs,
  }));
}
