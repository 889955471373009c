import type { Attempt, DecisionOutcome, DecisionStep } from '@cortex/contracts';
import { decisionStep } from './decision-step.ts';

/** Outcomes after which an execution is still to come, or going on. */
export function isGoingOn(outcome: DecisionOutcome): boolean {
  return outcome !== 'escalate' && outcome !== 'advise' && outcome !== 'resolve';
}

/** Spec 6.1 step 7, as far as the attempt has come. */
export function executeStep(attempt: Attempt | undefined, outcome: DecisionOutcome): DecisionStep {
  if (attempt?.outcome === undefined) {
    return isGoingOn(outcome)
      ? decisionStep('execute', 'pending', {}, 'pending', 'not run yet')
      : decisionStep('execute', 'not_reached', {}, 'not reached', 'it ended before anything was run');
  }
  const inputs = {
    execution: attempt.executionId,
    playbook: attempt.playbookId,
    targets: attempt.targets.map((target) => target.instance),
    steps: attempt.steps
      .slice(0, 20)
      .map((step) => `${step.step} ${step.name} on ${step.target.instance}: ${step.outcome}`),
    ...(attempt.rollback === undefined ? {} : { rollback: attempt.rollback }),
  };
  return decisionStep('execute', 'done', inputs, attempt.outcome, attempt.reason ?? attempt.outcome);
}
