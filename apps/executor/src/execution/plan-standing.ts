import { createHash } from 'node:crypto';
import type { Attempt, Incident, Remediation } from '@cortex/contracts';
import { textOfPlan } from '@cortex/execution';

/**
 * Why its incident does not wait for this plan any more: it is over, with humans, or has another plan. Undefined when it
 * does, and when there is no record of the incident: then nothing is known against the plan.
 */
export function whySuperseded(remediation: Remediation, incident: Incident | undefined): string | undefined {
  if (incident === undefined) return undefined;
  const { id, status, attempts, acknowledgedBy, acknowledgedAt } = incident;
  if (status === 'resolved') return `incident ${id} is over`;
  if (acknowledgedBy !== undefined && (acknowledgedAt ?? '') > remediation.requestedAt) {
    return `${acknowledgedBy} has taken incident ${id} since the plan was made`;
  }
  const isKnown = attempts.some(({ executionId }) => executionId === remediation.executionId);
  // A copy of the record from before the plan says nothing of it.
  if (!isKnown && incident.updatedAt < remediation.requestedAt) return undefined;
  const last = attempts.at(-1);
  if (last?.executionId !== remediation.executionId) return `incident ${id} has another plan than this by now`;
  if (status === 'remediating' && last.outcome === undefined) return undefined;
  return `incident ${id} is ${status} and does not wait for this plan any more`;
}

/** Why no valid approval covers this plan, where one is needed. INV-6. */
export function whyUnapproved(remediation: Remediation, incident: Incident | undefined, now: Date): string | undefined {
  const { approvalId, playbook, dryRun } = remediation;
  if (dryRun) return undefined;
  if (approvalId === undefined) {
    return playbook.safety.requireApproval ? `${playbook.id} needs an approval, and the plan has none` : undefined;
  }
  const approval = incident?.approval;
  if (incident === undefined || approval?.approvalId !== approvalId) return `approval ${approvalId} is not on record`;
  if (approval.status !== 'granted') return `approval ${approvalId} is ${approval.status}`;
  if (now >= new Date(approval.expiresAt)) return `approval ${approvalId} expired at ${approval.expiresAt}`;
  if (hashOf(remediation, approval.executionId) !== approval.planHash) {
    return `approval ${approvalId} was given for another plan`;
  }
  const isForThis = approval.executionId === remediation.executionId;
  return isForThis || isUnused(incident.attempts, approval.executionId, remediation.executionId)
    ? undefined
    : `approval ${approvalId} was given for an execution that has run`;
}

/** What was refused before its first step has used nothing of its approval. */
function isUnused(attempts: readonly Attempt[], approvedId: string, executionId: string): boolean {
  const first = attempts.findIndex((attempt) => attempt.executionId === approvedId);
  const own = attempts.findIndex((attempt) => attempt.executionId === executionId);
  return first >= 0 && own > first && attempts.slice(first, own).every(({ outcome }) => outcome === 'refused');
}

function hashOf({ playbook, targets, dryRun }: Remediation, executionId: string): string {
  const service = targets[0]?.service ?? '';
  return createHash('sha256').update(textOfPlan({ playbook, targets, dryRun, service, executionId })).digest('hex');
}
