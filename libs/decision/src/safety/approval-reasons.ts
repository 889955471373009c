import type { BlastRadiusLevel, IncidentSeverity, Service } from '@cortex/contracts';
import { levelRank, severityRank } from '../levels.ts';
import type { Plan } from '../model/plan.ts';

/** Spec 6.1 "is there a valid rollback plan": none, and no reason why, is none. One instance is always allowed (7.1). */
export function reachesFurtherThanItCanUndo({
  level,
  playbook: { rollback },
}: Pick<Plan, 'level' | 'playbook'>): boolean {
  return !rollback.available && (rollback.reason ?? '') === '' && level !== 'single_instance';
}

/** What spec 7.1, 6.1 and 5.1 want a human to agree to. */
export function approvalReasonsOf(question: {
  readonly plan: Plan;
  readonly severity: IncidentSeverity;
  readonly incidentLevel: BlastRadiusLevel;
  readonly service: Service;
  readonly isProven: boolean;
}): string[] {
  const { plan, severity, incidentLevel, service, isProven } = question;
  const reasons: string[] = [];
  if (plan.playbook.safety.requireApproval) reasons.push('the playbook asks for approval');
  if (levelRank(incidentLevel) >= levelRank('multiple_services')) reasons.push('several services are affected');
  if (levelRank(plan.level) >= levelRank('multiple_services')) reasons.push('the plan reaches beyond one cluster');
  if (plan.level === 'single_service') {
    if (severityRank(severity) > severityRank('SEV1')) reasons.push('a service-wide action for less than SEV1');
    if (service.critical) reasons.push('a service-wide action on a critical service');
    if (plan.targets.length > 10) reasons.push('more than 10 instances');
  }
  if (severity === 'SEV0' && plan.playbook.safety.blastRadius !== 'single_instance') {
    reasons.push('at SEV0 only single-instance playbooks run by themselves');
  }
  if (reachesFurtherThanItCanUndo(plan))
    reasons.push('more than one instance, and the playbook says nothing of a rollback');
  const risks = severity === 'SEV0' ? ['critical', 'high'] : ['critical'];
  for (const { action, riskLevel } of plan.playbook.steps) {
    if (riskLevel !== undefined && risks.includes(riskLevel)) reasons.push(`the risk of ${action} is ${riskLevel}`);
  }
  if (plan.match !== 'exact' && !isProven) reasons.push('safe mode: this playbook has not yet worked here');
  return [...new Set(reasons)];
}
