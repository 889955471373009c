// `npm run mutants`: is every mutant killed by a test?
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mutated } from './mutant.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { runTests, simulation, tryMutant, unitTestsOf } from './trial.ts';
import type { TrialOptions, Verdict } from './trial.ts';

const usage = `Makes Cortex unsafe, by one line at a time, and runs the tests: each of these mutants must be killed. No file is
touched. A mutant meets the unit tests of its package first, then the simulation with its fixed seeds.

  npm run mutants                              all; exit 1 when one survives
  npm run mutants -- --only kill-switch-not-read   one, or several with commas between them, or all that begin so with *
  npm run mutants -- --list                    what there is, and what each breaks
  npm run mutants -- --runs 300                schedules of the simulation for each of its seeds
  npm run mutants -- --jobs 2                  mutants at a time
  npm run mutants -- --limit 900               seconds of processor time for the tests of a package, and for the simulation
`;
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
    runs: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '2' },
    limit: { type: 'string', default: '900' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else if (values.list) for (const { id, file, breaks } of mutants) console.log(`${id.padEnd(34)} ${file}\n  ${breaks}`);
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const chosen = mutants.filter(({ id }) => isChosen(id));
  if (chosen.length === 0) {
    console.error(`there is no mutant "${values.only}"; --list shows all`);
    return false;
  }
  // Throws for one whose text is gone.
  for (const mutant of chosen) mutated(mutant, readFileSync(mutant.file, 'utf8'));
  const options = { runs: Number(values.runs), limitSeconds: Number(values.limit) };
  const startedMs = performance.now();
  if (values.only === undefined && !(await isCodeItselfWell(chosen, options))) return false;
  const waiting = [...chosen];
  let killed = 0;
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      if (await isKilled(mutant, options)) killed += 1;
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  console.log(`whole run: ${secondsSince(startedMs)} s`);
  console.log(`${killed} of ${chosen.length} killed`);
  return killed === chosen.length;
}

function isChosen(id: string): boolean {
  return (
    values.only === undefined ||
    values.only.split(',').some((wanted) => (wanted.endsWith('*') ? id.startsWith(wanted.slice(0, -1)) : id === wanted))
  );
}

/** What fails without any mutant would seem to kill them all. */
async function isCodeItselfWell(chosen: readonly Mutant[], options: TrialOptions): Promise<boolean> {
  const startedMs = performance.now();
  const paths = [...new Set([...chosen.flatMap(unitTestsOf), simulation])];
  const verdict = await runTests(paths, undefined, { ...options, limitSeconds: 3 * options.limitSeconds });
  console.log(`without a mutant: ${wordsFor(verdict)}, ${secondsSince(startedMs)} s`);
  return verdict.kind === 'survived';
}

function wordsFor(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'survived':
      return 'all tests pass';
    case 'killed':
      return `this fails: ${verdict.by}`;
    case 'timed_out':
      return 'the tests do not end in time';
    case 'broken':
      return verdict.why;
  }
}

async function isKilled(mutant: Mutant, options: TrialOptions): Promise<boolean> {
  const startedMs = performance.now();
  const verdict = await tryMutant(mutant, options);
  const name = mutant.id.padEnd(34);
  const took = `${secondsSince(startedMs)} s`;
  switch (verdict.kind) {
    case 'killed':
      console.log(`killed    ${name} ${took.padStart(6)}  ${verdict.by}`);
      return true;
    case 'timed_out':
      console.log(`killed    ${name} ${took.padStart(6)}  by time-out: it hung until its time was over`);
      return true;
    case 'survived':
      console.log(`SURVIVED  ${name} ${took.padStart(6)}  ${mutant.breaks} (${mutant.file})`);
      return false;
    case 'broken':
      console.log(`BROKEN    ${name} ${took.padStart(6)}  it proves nothing: ${verdict.why}`);
      return false;
  }
}

function secondsSince(startedMs: number): string {
  return ((performance.now() - startedMs) / 1_000).toFixed(0);
}
