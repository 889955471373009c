import type { CheckOutcome } from '@cortex/contracts';

/** What one result means: `error` speaks of the check, which could not be made, not of the target. */
export type ResultKind = 'pass' | 'fail' | 'error';

export function resultKind(outcome: Pick<CheckOutcome, 'passed' | 'evidence'>): ResultKind {
  if (outcome.passed) return 'pass';
  return outcome.evidence['outcome'] === 'error' ? 'error' : 'fail';
}
