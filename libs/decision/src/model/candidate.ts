import type { GateName, GateReason, GateResult } from '@cortex/contracts';
import type { Plan, RankedMatch } from './plan.ts';

export type SafetyVerdict = 'pass' | 'needs_approval' | 'hold' | 'exclude' | 'asked_later';

export type SafetyCheckName =
  | 'severity_and_radius'
  | 'blast_radius_limit'
  | 'rollback_plan'
  | 'pre_conditions'
  | 'rate_limit'
  | 'circuit_breaker'
  | 'flapping'
  | 'catalogue';

/** One question of spec 6.1 step 6 about a plan. */
export interface SafetyCheck {
  readonly check: SafetyCheckName;
  readonly verdict: SafetyVerdict;
  readonly reason: string;
  readonly until?: string;
}

export interface Safety {
  readonly checks: readonly SafetyCheck[];
  readonly approvalReasons: readonly string[];
}

/** What safety checks and gates come to for one candidate. */
export type CandidateVerdict =
  | { readonly kind: 'may_run' }
  | { readonly kind: 'needs_approval'; readonly reason: string; readonly people: number }
  | {
      readonly kind: 'held';
      readonly by: SafetyCheckName | GateName;
      readonly code: 'check_holds' | 'gate_holds';
      readonly gateReason?: GateReason;
      readonly reason: string;
      /** When that ends by itself, where it is known. */
      readonly until?: string;
    };

/** Why a playbook that fits may not be used. */
export interface Unusable {
  readonly code: 'no_target' | 'made_for_less' | SafetyCheckName | GateName;
  readonly reason: string;
}

/** A playbook that might be used, with its plan, judged. */
export interface Candidate {
  readonly match: RankedMatch;
  readonly plan: Plan;
  readonly safety: Safety;
  readonly gates: readonly GateResult[];
  readonly verdict: CandidateVerdict;
}

/** Step 5 of spec 6.1 and what step 6 says of each. */
export interface Candidates {
  /** All that were found, best first. */
  readonly ranked: readonly RankedMatch[];
  /** Of these the usable ones, as far as they had to be judged. */
  readonly judged: readonly Candidate[];
  /** Playbooks of the service that do not fit, with why. */
  readonly notFound: Readonly<Record<string, string>>;
  /** Those that fit and may not be used, with why. */
  readonly unusable: ReadonlyMap<string, Unusable>;
  /** When the first trigger that is true now will have held long enough. */
  readonly pendingUntil?: string;
}
