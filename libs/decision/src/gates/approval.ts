import type { BlastRadiusLevel } from '@cortex/contracts';
import { isForSignOff } from '../levels.ts';
import type { Plan } from '../model/plan.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** A human must agree to this plan, or has. An answer counts for one plan under one id, until it expires. INV-6. */
export function approvalGate({ facts, plan, incident, now, approvalReasons }: GateQuestion) {
  const needed = requiredApprovals(incident.blastRadius.level, plan);
  const inputs = { reasons: [...approvalReasons], required: needed, plan_hash: plan.planHash };
  if (approvalReasons.length === 0) return passes('approval', 'no approval is needed', inputs);
  if (facts.safety.dryRun) return passes('approval', 'a dry run changes nothing', inputs);
  const answer = incident.approval;
  const holds =
    answer?.status === 'granted' && answer.planHash === plan.planHash && Date.parse(now) < Date.parse(answer.expiresAt);
  if (holds)
    return passes('approval', `approved by ${answer.grantedBy.join(', ')}`, {
      ...inputs,
      approved_by: answer.grantedBy,
    });
  return objects('approval', 'needs_approval', 'approval_needed', approvalReasons.join('; '), inputs);
}

/** Spec 7.1: two people sign off what is wider than some services. */
export function requiredApprovals(incidentLevel: BlastRadiusLevel, plan: Pick<Plan, 'level'>): number {
  return isForSignOff(incidentLevel) || isForSignOff(plan.level) ? 2 : 1;
}
