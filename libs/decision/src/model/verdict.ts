import type { DecisionOutcome, DecisionReason, GateResult } from '@cortex/contracts';
import type { Candidate, Candidates } from './candidate.ts';
import type { EscalationKind } from './memory.ts';
import type { Plan } from './plan.ts';

/** The outcomes that a verdict can come to; the others follow from how an attempt ended. */
export type VerdictOutcome = Extract<
  DecisionOutcome,
  'wait' | 'hold' | 'remediate' | 'request_approval' | 'advise' | 'escalate'
>;

/** What one rule found, and so what is done. */
export interface Ruling {
  readonly outcome: VerdictOutcome;
  readonly code: DecisionReason;
  readonly reason: string;
  /** When to ask again, for `hold` and `wait`. */
  readonly retryAt?: string;
  /** What holds it, for `hold`. */
  readonly heldBy?: string;
  readonly escalation?: EscalationKind;
  /** People who must agree, for `request_approval`. */
  readonly requiredApprovals?: number;
  /** True: the checks and gates of the chosen candidate decided, not a rule before them. */
  readonly isByCandidate?: boolean;
  /** Gates that were asked before there was a candidate. */
  readonly gates?: readonly GateResult[];
}

/** Steps 5 and 6 of spec 6.1: one ruling over all candidates. */
export interface Verdict extends Ruling {
  readonly candidates: Candidates;
  readonly chosen: Candidate | undefined;
  readonly gates: readonly GateResult[];
}

/** The plan that the verdict is about; a rule that came before all plans is about none. */
export function planOf({ isByCandidate, code, chosen }: Verdict): Plan | undefined {
  return isByCandidate === true || code === 'watched_only' ? chosen?.plan : undefined;
}
