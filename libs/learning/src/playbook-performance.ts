import type { EventData, PlaybookPerformance, StepPerformance, StepResult } from '@cortex/contracts';
import { addFailureMode, failureModesOf } from './failure-modes.ts';
import type { Outcome } from './outcome.ts';
import { executionOf, playbookOf } from './outcome.ts';
import { noteRecommendations } from './recommendations.ts';

const remembered = 256;
/** Weight of the newest execution in `recentDurationMs`. */
const newestWeight = 0.3;

/**
 * The performance of a playbook after one more outcome. Each outcome counts once, in whatever order and however often
 * it comes. An execution gets one verdict: from verification, or from its own end when it never got that far; the
 * success rate is the share of `SUCCESS` among the verdicts. Undefined when the outcome is not about the playbook.
 */
export function learnOutcome(
  before: PlaybookPerformance | undefined,
  outcome: Outcome,
): PlaybookPerformance | undefined {
  if (!saysSomething(outcome)) return before;
  const performance = before ?? blank(playbookOf(outcome));
  const tag = `${outcome.at}|${executionOf(outcome)}|${outcome.part}`;
  if (isCounted(performance.counted, tag)) return performance;
  const counted = [...performance.counted, tag].sort().slice(-remembered);
  const learned = { ...withRates(apply(performance, outcome)), counted };
  return noteRecommendations(learned, outcome.at);
}

/** False for outcomes that are not about the playbook: dry runs, a human's stop, refusals by a gate, rollbacks that worked. */
export function saysSomething(outcome: Outcome): boolean {
  if (outcome.part === 'rolledback') return outcome.rolledBack.outcome === 'failed';
  if (outcome.part !== 'completed') return true;
  const { outcome: result, refusedBy } = outcome.completed;
  return result === 'refused' ? refusedBy === 'precondition' : result !== 'dry_run' && result !== 'stopped';
}

/**
 * One execution has one outcome of each part, whatever its time: a verifier that was frozen may publish its verdict
 * again much later. Tags start with their time: an outcome older than everything remembered was counted long ago.
 */
function isCounted(counted: readonly string[], tag: string): boolean {
  const name = withoutTime(tag);
  const isOld = counted.length >= remembered && tag < (counted[0] ?? '');
  return isOld || counted.some((known) => withoutTime(known) === name);
}

function withoutTime(tag: string): string {
  return tag.slice(tag.indexOf('|'));
}

function apply(performance: PlaybookPerformance, outcome: Outcome): PlaybookPerformance {
  const failureModes = failureModesOf(outcome).reduce(
    (modes, mode) => addFailureMode(modes, mode, outcome.at),
    performance.failureModes,
  );
  switch (outcome.part) {
    case 'completed':
      return { ...applyCompleted(performance, outcome.completed), failureModes };
    case 'verified':
      return { ...applyVerified(performance, outcome.verified.state), failureModes };
    case 'rolledback':
      return { ...performance, failureModes };
    case 'false_alarm':
      return { ...performance, falsePositives: performance.falsePositives + 1 };
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

function applyCompleted(
  performance: PlaybookPerformance,
  completed: EventData<'remediation.completed'>,
): PlaybookPerformance {
  if (completed.outcome === 'refused') {
    return {
      ...performance,
      falsePositives: performance.falsePositives + 1,
      preconditionRefusals: performance.preconditionRefusals + 1,
    };
  }
  const { lastExecutedAt = completed.completedAt } = performance;
  return {
    ...performance,
    totalExecutions: performance.totalExecutions + 1,
    totalExecutionTimeMs: performance.totalExecutionTimeMs + completed.durationMs,
    lastExecutedAt: lastExecutedAt > completed.completedAt ? lastExecutedAt : completed.completedAt,
    ineffective: performance.ineffective + (completed.outcome === 'failed' ? 1 : 0),
    uncertain: performance.uncertain + (completed.outcome === 'ambiguous' ? 1 : 0),
    stepPerformance: completed.steps.reduce(countStep, performance.stepPerformance),
  };
}

/** PARTIAL_SUCCESS is as unproven as UNCERTAIN. */
function applyVerified(
  performance: PlaybookPerformance,
  state: EventData<'verification.completed'>['state'],
): PlaybookPerformance {
  switch (state) {
    case 'SUCCESS':
      return { ...performance, effective: performance.effective + 1 };
    case 'FAILED':
      return { ...performance, ineffective: performance.ineffective + 1 };
    case 'PARTIAL_SUCCESS':
    case 'UNCERTAIN':
      return { ...performance, uncertain: performance.uncertain + 1 };
    default: {
      const never: never = state;
      return never;
    }
  }
}

function countStep(
  steps: Readonly<Record<string, StepPerformance>>,
  result: StepResult,
): Record<string, StepPerformance> {
  if (result.outcome === 'skipped' || result.outcome === 'dry_run') return steps;
  const key = String(result.step);
  const known = steps[key];
  const step: StepPerformance = {
    name: result.name,
    executions: (known?.executions ?? 0) + 1,
    successes: (known?.successes ?? 0) + (result.outcome === 'succeeded' ? 1 : 0),
    totalDurationMs: (known?.totalDurationMs ?? 0) + result.durationMs,
    maxDurationMs: Math.max(known?.maxDurationMs ?? 0, result.durationMs),
    recentDurationMs:
      known === undefined
        ? result.durationMs
        : known.recentDurationMs + newestWeight * (result.durationMs - known.recentDurationMs),
  };
  return { ...steps, [key]: step };
}

/** False positives over all requests for the playbook: executions and refusals by a pre-condition. */
function withRates(performance: PlaybookPerformance): PlaybookPerformance {
  const { effective, ineffective, uncertain, totalExecutions, falsePositives, preconditionRefusals } = performance;
  const verdicts = effective + ineffective + uncertain;
  const asked = totalExecutions + preconditionRefusals;
  return {
    ...performance,
    successRate: verdicts === 0 ? 0 : effective / verdicts,
    avgExecutionTimeMs: totalExecutions === 0 ? 0 : Math.round(performance.totalExecutionTimeMs / totalExecutions),
    falsePositiveRate: asked === 0 ? 0 : Math.min(1, falsePositives / asked),
  };
}

function blank(playbookId: string): PlaybookPerformance {
  return {
    playbookId,
    totalExecutions: 0,
    successRate: 0,
    avgExecutionTimeMs: 0,
    falsePositiveRate: 0,
    effective: 0,
    ineffective: 0,
    uncertain: 0,
    falsePositives: 0,
    preconditionRefusals: 0,
    totalExecutionTimeMs: 0,
    stepPerformance: {},
    failureModes: [],
    optimizationHistory: [],
    counted: [],
  };
}
