// `npm run simulate`: a long search for a schedule of faults that violates an invariant.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { violationsOf } from './invariants/invariants.ts';
import { quietSchedule } from './quiet-schedule.ts';
import type { Schedule } from './schedule.ts';
import { describeFailure, search } from './search.ts';
import { simulate } from './simulate.ts';

const usage = `Runs the services that ship through random faults, on a virtual clock, and holds the invariants against each run.

  npm run simulate -- --runs 20000 --seed 991   search; exit 1 and the shrunk schedule on a violation
  npm run simulate -- --schedule file.json      replay one schedule, and tell its story
  npm run simulate -- --jobs 1                  processes at once (default: one a core)
`;
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    schedule: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [runs, seed, jobs] = [values.runs, values.seed, values.jobs].map(Number);

if (values.help) console.log(usage);
else if (values.schedule !== undefined) await replay(values.schedule);
else if (!isCount(runs) || !isCount(jobs) || !Number.isInteger(seed)) {
  console.error(`--runs, --jobs and --seed take whole numbers\n\n${usage}`);
  process.exitCode = 2;
} else process.exitCode = jobs > 1 ? await share(runs, Number(seed), jobs) : await searchHere(runs, Number(seed));

function isCount(value: number | undefined): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

async function replay(path: string): Promise<void> {
  // A schedule of before lacks the kinds of faults that are new.
  const site = await simulate({ ...quietSchedule, ...(JSON.parse(readFileSync(path, 'utf8')) as Schedule) });
  console.log(site.story(Number.POSITIVE_INFINITY));
  const violations = violationsOf(site);
  for (const [name, all] of violations) console.log(`violated "${name}":\n  ${all.join('\n  ')}`);
  console.log(violations.size === 0 ? 'every invariant holds' : `${violations.size} invariants violated`);
  process.exitCode = violations.size === 0 ? 0 : 1;
}

async function searchHere(count: number, from: number): Promise<number> {
  const startedMs = performance.now();
  const result = await search({
    runs: count,
    seed: from,
    onRun(done) {
      if (done % 500 !== 0) return;
      const perRunMs = (performance.now() - startedMs) / done;
      console.log(`seed ${from}: ${done} of ${count} schedules, ${perRunMs.toFixed(0)} ms each`);
    },
  });
  if (result.ok) {
    console.log(`seed ${from}: ${count} schedules, every invariant holds; met ${JSON.stringify(result.met)}`);
    return 0;
  }
  console.log(`seed ${from}: ${describeFailure(result)}`);
  return 1;
}

/** Each process searches its part, with a seed of its own. */
async function share(count: number, from: number, parts: number): Promise<number> {
  const ends = Array.from({ length: parts }, (_, part) => {
    const own = Math.floor(count / parts) + (part < count % parts ? 1 : 0);
    const args = ['--runs', String(own), '--seed', String(from + part), '--jobs', '1'];
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1, 2), ...args], {
      stdio: 'inherit',
    });
    return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  });
  return Math.max(...(await Promise.all(ends)));
}
