import { resolve } from 'node:path';
import { startCheckTrials, startProcess } from '@cortex/testing';
import type { CheckTrial } from '@cortex/testing';
import type { BenchContext } from '../context.ts';
import { count, round, type Table } from '../report.ts';
import type { Finding } from './run-check-often.ts';

/** Of a light check; heavier ones start programs, or restore a database each time. */
const runsOf = { light: 10_000, heavy: 1_000, 'very heavy': 100 } as const;
/** What the garbage collector leaves differs by this much from one time to the next. */
const maxHeapKib = 1_536;
const maxHeapKibPerThousand = 64;
const program = resolve('test/bench/leaks/run-check-often.ts');

/** Every check against its real server, 10,000 times, half of them failing or cut off: does anything stay behind? */
export async function benchLeaks({ only }: BenchContext): Promise<readonly Table[]> {
  const { trials, env, stop } = await startCheckTrials();
  try {
    const rows: (string | number)[][] = [];
    const wanted = trials.filter(({ name }) => only?.split(',').some((part) => name.includes(part)) ?? true);
    for (const trial of wanted) {
      const finding = await measure(trial, env);
      if (hasLeak(finding)) process.exitCode = 1;
      rows.push(rowOf(trial, finding));
      console.error(rows.at(-1)?.join('  '));
    }
    return [
      {
        title: 'What checks leave behind: each against its real server, in a process of its own',
        columns: ['check', 'runs', 'pass', 'fail', 'cut off', 'files', 'handles', 'heap', 'heap / 1,000 runs', ''],
        rows,
        notes: [
          `Before and after, the heap after a collection. A leak, and exit code 1: any more files or handles, or a heap that`,
          `grew by more than ${maxHeapKibPerThousand} KiB for each 1,000 runs and by more than ${maxHeapKib} KiB in all.`,
        ],
      },
    ];
  } finally {
    await stop();
  }
}

async function measure(trial: CheckTrial, env: Readonly<Record<string, string>>): Promise<Finding> {
  const argv = [process.execPath, '--expose-gc', '--import', 'tsx', program];
  const child = startProcess([...argv, JSON.stringify(trial), String(runsOf[trial.weight])], { env });
  await child.exited;
  const line = child.lines.find((one) => one.startsWith('{"before"'));
  if (line === undefined) throw new Error(`${trial.name} ended early:\n${child.lines.join('\n')}`);
  return JSON.parse(line) as Finding;
}

function growth({ before, after, runs }: Finding): { readonly kib: number; readonly perThousand: number } {
  const kib = after.heapKib - before.heapKib;
  return { kib, perThousand: (1_000 * kib) / runs };
}

function hasLeak(finding: Finding): boolean {
  const { before, after } = finding;
  const { kib, perThousand } = growth(finding);
  const isHeapGrowing = kib > maxHeapKib && perThousand > maxHeapKibPerThousand;
  return after.files > before.files || after.handles > before.handles || isHeapGrowing;
}

function rowOf({ name }: CheckTrial, finding: Finding): (string | number)[] {
  const { before, after, runs, ends } = finding;
  return [
    name,
    count(runs),
    count(ends['pass'] ?? 0),
    count((ends['fail'] ?? 0) + (ends['error'] ?? 0)),
    count(ends['timeout'] ?? 0),
    `${before.files} → ${after.files}`,
    `${before.handles} → ${after.handles}`,
    `${round(before.heapKib / 1_024)} → ${round(after.heapKib / 1_024)} MiB`,
    `${round(growth(finding).perThousand)} KiB`,
    hasLeak(finding) ? 'LEAK' : 'none',
  ];
}
