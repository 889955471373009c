import { withDeadline } from '@cortex/runtime';
import type { Leftover, Leftovers } from '../../leftovers.ts';
import type { WorkflowParams } from './params.ts';
import { runStep } from './run-step.ts';
import type { Run, StepReport } from './run-step.ts';
import { cleanedBy, variablesOf } from './step-request.ts';
import { runIdVariable } from './workflow-problems.ts';

const maxLeftovers = 20;
/** After this long the check stops trying, having failed all the time: a human must look. */
const giveUpAfterMs = 86_400_000;

/**
 * Runs every clean-up step of the steps that were begun, one after another, each even if the one before it failed. Not
 * bound to the check's own signal: a run that was stopped is cleaned up, too.
 */
export function cleanUp(run: Run, begun: readonly string[], timeoutMs: number): Promise<readonly StepReport[]> {
  return withDeadline(timeoutMs, undefined, async (signal) => {
    const reports: StepReport[] = [];
    for (const { name, request } of cleanersOf(run.params, begun)) {
      const headers = { ...run.params.headers, ...request.headers };
      const missing = variablesOf({ ...request, headers }).filter((variable) => !run.variables.has(variable));
      reports.push(
        missing.length > 0
          ? { step: name, latencyMs: 0, problem: `could not run: ${missing.join(', ')} was never captured` }
          : await runStep(run, name, request, signal),
      );
    }
    return reports;
  });
}

/** Cleans up after crashed runs. Reports what could not be cleaned up; that is tried again next time. */
export async function cleanLeftovers(
  run: Run,
  leftovers: Leftovers,
  timeoutMs: number,
): Promise<{ readonly cleaned: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  let cleaned = 0;
  const abandoned = (await leftovers.list()).filter(({ activeUntil }) => !(Date.parse(activeUntil) > Date.now()));
  for (const leftover of abandoned.slice(0, maxLeftovers)) {
    if (run.context.signal.aborted) break;
    const reports = await cleanUp({ ...run, variables: variablesOfRun(leftover) }, leftover.begun, timeoutMs);
    const failed = reports.filter(({ problem }) => problem !== undefined);
    problems.push(...failed.map(({ step, problem }) => `left by run ${leftover.id}: ${step}: ${problem}`));
    if (failed.length === 0) cleaned += 1;
    if (failed.length === 0 || isHopeless(leftover, failed)) await leftovers.remove(leftover.id);
  }
  return { cleaned, problems };
}

export function cleanersOf({ steps, requests }: WorkflowParams, begun: readonly string[]) {
  return steps.flatMap((name) => {
    const request = requests[name];
    return request !== undefined && cleanedBy(request).some((step) => begun.includes(step)) ? [{ name, request }] : [];
  });
}

function variablesOfRun({ id, variables }: Leftover): Run['variables'] {
  return new Map([...Object.entries(variables), [runIdVariable, id]]);
}

/** A clean-up without a variable that it needs is hopeless: what was not written down cannot be recovered. */
function isHopeless({ activeUntil }: Leftover, failed: readonly StepReport[]): boolean {
  const isOld = Date.now() - Date.parse(activeUntil) > giveUpAfterMs;
  return isOld || failed.every(({ status, problem }) => status === undefined && problem?.startsWith('could not run'));
}
