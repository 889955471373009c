import type { DecisionReason, GateName, GateResult, RefusedBy } from '@cortex/contracts';
import type { Candidate, Candidates, SafetyCheckName } from './candidate.ts';
import type { EscalationKind } from './memory.ts';
import type { Plan } from './plan.ts';

/** What a decision waits for. */
export type HeldBy =
  'silence' | 'source' | 'dependency' | 'trigger' | 'checks' | 'executor' | RefusedBy | SafetyCheckName | GateName;

interface Found {
  readonly code: DecisionReason;
  readonly reason: string;
  /** True: the checks and gates of the chosen candidate decided, not a rule before them. */
  readonly isByCandidate?: boolean;
  /** Gates that were asked before there was a candidate. */
  readonly gates?: readonly GateResult[];
}

/** What one rule found, and so what is done. `retryAt` is when to ask again. */
export type Ruling = Found &
  (
    | { readonly outcome: 'remediate' | 'roll_back' }
    | { readonly outcome: 'request_approval'; readonly requiredApprovals: number }
    | { readonly outcome: 'hold'; readonly heldBy: HeldBy; readonly retryAt: string }
    | { readonly outcome: 'wait'; readonly retryAt?: string }
    | { readonly outcome: 'escalate' | 'advise'; readonly escalation: EscalationKind }
  );

/** Steps 5 and 6 of spec 6.1: one ruling over all candidates. */
export type Verdict = Ruling & {
  readonly candidates: Candidates;
  readonly chosen: Candidate | undefined;
  readonly gates: readonly GateResult[];
};

/** The plan that the verdict is about; a rule that came before all plans is about none. */
export function planOf({ isByCandidate, code, chosen }: Verdict): Plan | undefined {
  return isByCandidate === true || code === 'watched_only' ? chosen?.plan : undefined;
}
