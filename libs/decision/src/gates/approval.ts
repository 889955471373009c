import type { BlastRadiusLevel, Incident } from '@cortex/contracts';
import { isForSignOff } from '../levels.ts';
import { type Plan, hashOfPlan } from '../model/plan.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** A human must agree to this plan, or has. An answer counts for one plan under one id, until it expires. INV-6. */
export function approvalGate({ facts, plan, incident, now, approvalReasons }: GateQuestion) {
  const needed = requiredApprovals(incident.blastRadius.level, plan);
  const inputs = { reasons: [...approvalReasons], required: needed, plan_hash: plan.planHash };
  if (approvalReasons.length === 0) return passes('approval', 'no approval is needed', inputs);
  if (facts.safety.dryRun) return passes('approval', 'a dry run changes nothing', inputs);
  const answer = incident.approval;
  if (answer !== undefined && isApproved(incident, plan, now))
    return passes('approval', `approved by ${answer.grantedBy.join(', ')}`, {
      ...inputs,
      approved_by: answer.grantedBy,
    });
  return objects('approval', 'needs_approval', 'approval_needed', approvalReasons.join('; '), inputs);
}

/**
 * Whether the answer covers this plan now. It is good until it expires, also when the execution that it was given for was refused
 * before its first step: nothing was done under it yet.
 */
export function isApproved(
  incident: Pick<Incident, 'approval' | 'attempts' | 'service'>,
  plan: Plan,
  now: string,
): boolean {
  const { approval, attempts, service } = incident;
  if (approval?.status !== 'granted' || Date.parse(now) >= Date.parse(approval.expiresAt)) return false;
  if (approval.planHash === plan.planHash) return true;
  const first = attempts.findIndex(({ executionId }) => executionId === approval.executionId);
  const isUnused = first >= 0 && attempts.slice(first).every(({ outcome }) => outcome === 'refused');
  return isUnused && approval.planHash === hashOfPlan(plan, service, approval.executionId);
}

/** Spec 7.1: two people sign off what is wider than some services. */
export function requiredApprovals(incidentLevel: BlastRadiusLevel, plan: Pick<Plan, 'level'>): number {
  return isForSignOff(incidentLevel) || isForSignOff(plan.level) ? 2 : 1;
}
