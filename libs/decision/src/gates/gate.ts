import type {
  GateName,
  GateReason,
  GateResult,
  GateVerdict,
  Incident,
  JsonRecord,
  Service,
  Silence,
} from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';

/** What a gate is asked about. */
export interface GateQuestion {
  readonly facts: Facts;
  readonly plan: Plan;
  readonly incident: Incident;
  readonly service: Service;
  readonly now: string;
  /** The silence that covers the incident, as far as silences can be read. */
  readonly silence: Silence | undefined;
  /** What step 6 found that a human must agree to; the approval gate settles it. */
  readonly approvalReasons: readonly string[];
}

export type Gate = (question: GateQuestion) => GateResult;

/** The gate has nothing against it, or was not asked. */
export function passes(
  gate: GateName,
  reason: string,
  inputs: JsonRecord,
  verdict: Extract<GateVerdict, 'pass' | 'not_reached'> = 'pass',
): GateResult {
  return { gate, verdict, reason, inputs };
}

/** The gate does not simply let it pass, for a reason from the closed set. */
export function objects(
  gate: GateName,
  verdict: Exclude<GateVerdict, 'pass' | 'not_reached'>,
  code: GateReason,
  reason: string,
  inputs: JsonRecord,
): GateResult {
  return { gate, verdict, code, reason, inputs };
}
