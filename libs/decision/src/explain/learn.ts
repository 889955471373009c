import type { Attempt, BreakerRecord, DecisionOutcome, DecisionStep } from '@cortex/contracts';
import { decisionStep } from './decision-step.ts';
import { isGoingOn } from './execute.ts';

/** Spec 6.1 step 9: what this attempt adds to what is known. The learner does it on the same events. */
export function learnStep(
  attempt: Attempt | undefined,
  breaker: BreakerRecord | undefined,
  outcome: DecisionOutcome,
): DecisionStep {
  const lesson = lessonOf(attempt);
  if (attempt === undefined || lesson === undefined) {
    return isGoingOn(outcome)
      ? decisionStep('learn', 'pending', {}, 'pending', 'nothing to learn from yet')
      : decisionStep('learn', 'not_reached', {}, 'not reached', 'nothing was tried');
  }
  const inputs = {
    playbook: attempt.playbookId,
    execution: attempt.executionId,
    counts_as: lesson,
    breaker: breaker?.state ?? 'closed',
    breaker_failures: breaker?.outcomes.filter((one) => !one.effective).length ?? 0,
    breaker_outcomes: breaker?.outcomes.length ?? 0,
  };
  const said =
    lesson === 'not counted' ? `says nothing about ${attempt.playbookId}` : `is counted for ${attempt.playbookId}`;
  return decisionStep('learn', 'done', inputs, lesson, `the outcome ${said}`);
}

/** How an attempt that has ended counts; undefined while it has not. */
function lessonOf(
  attempt: Attempt | undefined,
): 'effective' | 'not effective' | 'uncertain' | 'not counted' | undefined {
  if (attempt?.outcome === undefined) return undefined;
  if (attempt.outcome === 'refused' || attempt.outcome === 'dry_run' || attempt.outcome === 'stopped')
    return 'not counted';
  if (attempt.outcome === 'failed') return 'not effective';
  if (attempt.outcome === 'ambiguous') return 'uncertain';
  if (attempt.verification === undefined) return undefined;
  if (attempt.verification === 'UNCERTAIN') return 'uncertain';
  return attempt.verification === 'SUCCESS' ? 'effective' : 'not effective';
}
