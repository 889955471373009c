import { randomUUID } from 'node:crypto';
import { CortexError } from '@cortex/errors';
import { withDeadline } from '@cortex/runtime';
import type { CheckResult } from '../../define-check.ts';
import { cleanersOf, cleanLeftovers, cleanUp } from './clean-up.ts';
import { runStep } from './run-step.ts';
import type { Run, StepReport } from './run-step.ts';
import { isKept } from './step-request.ts';
import { runIdVariable } from './workflow-problems.ts';

/** Clocks of two machines may differ by this much before one considers the other's run crashed. */
const clockSkewMs = 2_000;

/** One run: leftovers of crashed runs first, then the steps until one fails, then the clean-up in any case. */
export async function runWorkflow(run: Run): Promise<CheckResult> {
  const { params, context } = run;
  const { leftovers, timeoutMs } = context;
  const cleanupMs = Math.min(params.cleanup_timeout, timeoutMs / 3);
  const startedAt = performance.now();
  const earlier = leftovers === undefined ? undefined : await cleanLeftovers(run, leftovers, cleanupMs);
  if (earlier !== undefined && earlier.problems.length > 0) {
    // A further run would only add to what is left behind.
    return {
      passed: false,
      detail: `not begun: ${earlier.problems.join('; ')}`,
      evidence: { leftovers: earlier.problems.length },
    };
  }
  const id = randomUUID();
  run.variables.set(runIdVariable, id);
  const begun: string[] = [];
  let hasNoted = false;
  const note = async (activeForMs: number): Promise<void> => {
    const activeUntil = new Date(Date.now() + activeForMs).toISOString();
    hasNoted = true;
    await leftovers?.write({ id, begun, variables: keptVariables(run), activeUntil });
  };
  const stepsMs = Math.max(1, 0.95 * timeoutMs - cleanupMs - (performance.now() - startedAt));
  const activeMs = timeoutMs + cleanupMs + clockSkewMs;
  let steps: readonly StepReport[] = [];
  let cleanups: readonly StepReport[] = [];
  try {
    steps = await withDeadline(stepsMs, context.signal, (signal) => runSteps(run, begun, () => note(activeMs), signal));
  } finally {
    cleanups = await cleanUp(run, begun, cleanupMs);
    if (hasNoted) await (cleanups.every(({ problem }) => problem === undefined) ? leftovers?.remove(id) : note(0));
  }
  context.signal.throwIfAborted();
  return resultOf(id, steps, cleanups, { cleaned: earlier?.cleaned ?? 0, stepsMs });
}

/** Until one fails. Before a step that needs a clean-up is sent, that is written down. */
async function runSteps(
  run: Run,
  begun: string[],
  note: () => Promise<void>,
  signal: AbortSignal,
): Promise<readonly StepReport[]> {
  const reports: StepReport[] = [];
  for (const step of run.params.steps) {
    const request = run.params.requests[step];
    if (request === undefined || request.cleans !== undefined) continue;
    if (signal.aborted) return [...reports, { step, latencyMs: 0, problem: 'not begun before the time was up' }];
    if (isToBeCleaned(run, [step])) {
      begun.push(step);
      await note();
    }
    const report = await runStep(run, step, request, signal);
    reports.push(report);
    if (isRefused(run, step, report)) begun.pop();
    if (begun.length > 0 && Object.values(request.capture).some(isKept)) await note();
    if (report.problem !== undefined) return reports;
  }
  return reports;
}

function isToBeCleaned({ params }: Run, begun: readonly string[]): boolean {
  return cleanersOf(params, begun).length > 0;
}

/** The server refused the request without effect (4xx), and named nothing to clean up. */
function isRefused(run: Run, step: string, { status = 0 }: StepReport): boolean {
  const capture = run.params.requests[step]?.capture ?? {};
  const hasNamed = Object.entries(capture).some(([name, one]) => isKept(one) && run.variables.has(name));
  return isToBeCleaned(run, [step]) && status >= 400 && status < 500 && !hasNamed;
}

function keptVariables({ params, variables }: Run): Readonly<Record<string, string | number | boolean>> {
  const kept = Object.values(params.requests).flatMap(({ capture }) =>
    Object.entries(capture).flatMap(([name, one]) => (isKept(one) ? [name] : [])),
  );
  return Object.fromEntries([...variables].filter(([name]) => kept.includes(name)));
}

function resultOf(
  id: string,
  steps: readonly StepReport[],
  cleanups: readonly StepReport[],
  { cleaned, stepsMs }: { readonly cleaned: number; readonly stepsMs: number },
): CheckResult {
  const evidence = {
    runId: id,
    steps: steps.map((report) => ({ ...report })),
    cleanup: cleanups.map((report) => ({ ...report })),
    leftoversCleaned: cleaned,
    stepsMs: Math.round(stepsMs),
  };
  const problems = [
    ...steps.flatMap(({ step, problem }) => (problem === undefined ? [] : [`step ${step}: ${problem}`])),
    ...cleanups.flatMap(({ step, problem }) => (problem === undefined ? [] : [`clean-up ${step}: ${problem}`])),
  ];
  // A missing secret or a refused address says nothing about the target.
  const refusal = steps.find((step) => step.refusal !== undefined)?.refusal;
  if (refusal !== undefined) throw new CortexError(refusal, problems.join('; '));
  if (problems.length > 0) return { passed: false, detail: problems.join('; '), evidence };
  const tookMs = [...steps, ...cleanups].map(({ latencyMs }) => latencyMs).reduce((sum, one) => sum + one, 0);
  return { passed: true, detail: `${steps.length} steps and ${cleanups.length} clean-ups in ${tookMs} ms`, evidence };
}
