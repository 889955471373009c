import type { CheckOutcome } from '@cortex/contracts';

/** An outcome as `check run -o json` shows it, once or with --watch: `passed` and `evidence.outcome` say `result` in short. */
export interface OutcomeView extends CheckOutcome {
  readonly passed: boolean;
  readonly evidence: CheckOutcome['evidence'] & { readonly outcome: CheckOutcome['result'] };
}

export function outcomeView(outcome: CheckOutcome): OutcomeView {
  const { result, evidence } = outcome;
  return { ...outcome, passed: result === 'pass', evidence: { ...evidence, outcome: result } };
}
