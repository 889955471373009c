import type { BlastRadiusLevel, DecisionStep, Incident } from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import { decisionStep } from './decision-step.ts';

const consequence: Readonly<Record<BlastRadiusLevel, string>> = {
  single_instance: 'proceed',
  single_service: 'proceed with caution',
  multiple_services: 'a human must approve',
  cluster_wide: 'escalate: no automatic remediation',
  multi_region: 'escalate: no automatic remediation',
};

/** Spec 6.1 step 3 and 7.2. */
export function blastRadiusStep({ blastRadius, affected }: Incident, risk: Assessment['risk']): DecisionStep {
  const { level, riskScore, ...counts } = blastRadius;
  const explained = affected.services.length - counts.services;
  const inputs = {
    ...counts,
    // Dependants that fail only because this service is down are affected, and do not widen the radius.
    ...(explained > 0 ? { services_that_fail_with_it: explained } : {}),
    risk_score: riskScore,
    risk_of: { ...risk },
    affected_services: [...affected.services],
  };
  return decisionStep('blast_radius', 'done', inputs, level, consequence[level]);
}
