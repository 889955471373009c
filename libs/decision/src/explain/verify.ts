import type { Attempt, DecisionOutcome, DecisionStep } from '@cortex/contracts';
import { decisionStep } from './decision-step.ts';
import { isGoingOn } from './execute.ts';

/** Spec 6.1 step 8, as far as the attempt has come. */
export function verifyStep(attempt: Attempt | undefined, outcome: DecisionOutcome): DecisionStep {
  if (attempt?.verification === undefined) {
    const isAhead = isGoingOn(outcome) && (attempt?.outcome === undefined || attempt.outcome === 'succeeded');
    return isAhead
      ? decisionStep('verify', 'pending', {}, 'pending', 'nothing to verify yet')
      : decisionStep('verify', 'not_reached', {}, 'not reached', 'there is no effect to verify');
  }
  const inputs = {
    execution: attempt.executionId,
    verified_at: attempt.verifiedAt ?? '',
    recovered_at: attempt.recoveredAt ?? '',
  };
  return decisionStep(
    'verify',
    'done',
    inputs,
    attempt.verification,
    attempt.verificationReason ?? attempt.verification,
  );
}
