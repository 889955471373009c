import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutantVariable } from './plugin.ts';
import type { Mutant } from './mutant.ts';

/** How a mutant, or the code itself, fared in some tests. */
export type Verdict =
  | { readonly kind: 'survived' }
  | { readonly kind: 'killed'; readonly by: string }
  /** Hung until its time was over. */
  | { readonly kind: 'timed_out' }
  /** Nothing was tested: it cannot be loaded, or no test was found. */
  | { readonly kind: 'broken'; readonly why: string };

export interface TrialOptions {
  readonly runs: number;
  /** Of processor time, for each of the two stages: a busy machine must not kill a mutant. */
  readonly limitSeconds: number;
}

export const simulation = 'test/unit/simulation/';

/** The tests that are asked first: those of its package, and those that the mutant names. */
export function unitTestsOf({ file, tests = [] }: Mutant): readonly string[] {
  const folder = file.split('/').slice(0, 3).join('/');
  const hasTests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).some(
    (path) => /\.test\.tsx?$/.test(path) && !path.includes('.integration.'),
  );
  return [...(hasTests ? [`${folder}/`] : []), ...tests];
}

/** Runs one mutant through the tests of its package, then through the simulation, until one kills it. */
export async function tryMutant(mutant: Mutant, options: TrialOptions): Promise<Verdict> {
  const units = unitTestsOf(mutant);
  const first = units.length === 0 ? survived : await runTests(units, mutant.id, options);
  return first.kind === 'survived' ? runTests([simulation], mutant.id, options) : first;
}

const patienceTimes = 10;
const survived: Verdict = { kind: 'survived' };

/** Runs the tests below these paths on a mutant; without one, on the code itself. */
export function runTests(
  paths: readonly string[],
  mutant: string | undefined,
  { runs, limitSeconds }: TrialOptions,
): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'cortex-mutant-'));
  const report = join(folder, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--bail', '1', '--maxWorkers', '1'];
  const command = [process.execPath, ...vitest, '--reporter=json', `--outputFile=${report}`, ...paths];
  const child = spawn('sh', ['-c', `ulimit -t ${limitSeconds}; exec "$@"`, 'sh', ...command], {
    stdio: 'ignore',
    env: {
      ...process.env,
      SIMULATION_RUNS: String(runs),
      SIMULATION_QUICK: '1',
      ...(mutant === undefined ? {} : { [mutantVariable]: mutant }),
    },
  });
  return new Promise((resolve) => {
    let isHanging = false;
    // It may also wait for what never comes, which takes no processor time.
    const patience = setTimeout(() => (isHanging = child.kill('SIGKILL')), limitSeconds * 1_000 * patienceTimes);
    child.on('exit', (code, signal) => {
      clearTimeout(patience);
      resolve(isHanging || signal === 'SIGXCPU' ? { kind: 'timed_out' } : verdictOf(report, code));
      rmSync(folder, { recursive: true, force: true });
    });
  });
}

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Only a test that failed kills: what cannot be loaded proves nothing. */
function verdictOf(path: string, code: number | null): Verdict {
  if (!existsSync(path)) return { kind: 'broken', why: `vitest ended with ${code} and no report` };
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed !== undefined) return { kind: 'killed', by: nameOf(failed) };
  if (code === 0 && report.numPassedTests > 0) return survived;
  const messages = report.testResults.map(({ message }) => message).filter((message) => message !== '');
  return { kind: 'broken', why: messages[0]?.slice(0, 500) ?? `vitest ended with ${code}, and no test has failed` };
}

/** The invariants that a search found violated; else the test. */
function nameOf({ fullName, failureMessages }: Report['testResults'][number]['assertionResults'][number]): string {
  const [message = ''] = failureMessages;
  const invariants = [...message.matchAll(/^(?:Error: violated )?"([^"\n]+)":$/gm)].map(([, name]) => name);
  if (invariants.length > 0) return `simulation: ${invariants.join('; ')}`;
  return message.includes('timed out in') ? `${fullName} (by time-out)` : fullName;
}
