import type { GateName, GateResult, GateVerdict, Incident, JsonRecord, Service } from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';

/** What a gate is asked about. */
export interface GateQuestion {
  readonly facts: Facts;
  readonly plan: Plan;
  readonly incident: Incident;
  readonly service: Service;
  readonly now: string;
  /** What step 6 found that a human must agree to; the approval gate settles it. */
  readonly approvalReasons: readonly string[];
}

export type Gate = (question: GateQuestion) => GateResult;

export function gateResult(gate: GateName, verdict: GateVerdict, reason: string, inputs: JsonRecord): GateResult {
  return { gate, verdict, reason, inputs };
}
