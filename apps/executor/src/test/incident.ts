import { Incident } from '@cortex/contracts';
import type { Remediation } from '@cortex/contracts';

/** The record of an incident that waits for this plan, valid by its schema. */
export function incidentOf(remediation: Remediation, change: Partial<Incident> = {}): Incident {
  const { executionId, incidentId, playbook, targets, requestedAt } = remediation;
  const attempt = {
    attempt: 1,
    executionId,
    playbookId: playbook.id,
    playbookVersion: playbook.version,
    targets: targets.map(({ service, instance }) => ({ service, instance })),
    requestedAt,
  };
  return Incident.parse({
    id: incidentId,
    service: targets[0]?.service,
    title: 'it is down',
    status: 'remediating',
    severity: 'SEV2',
    initialSeverity: 'SEV2',
    cause: 'application',
    blastRadius: {
      level: 'single_instance',
      services: 1,
      instances: 1,
      hosts: 1,
      clusters: 1,
      regions: 1,
      riskScore: 0,
    },
    environment: 'production',
    startedAt: requestedAt,
    detectedAt: requestedAt,
    openedAt: requestedAt,
    updatedAt: requestedAt,
    signals: [],
    affected: { services: [], instances: [], hosts: [] },
    attempts: [attempt],
    decisions: [],
    escalations: [],
    ...change,
  });
}
