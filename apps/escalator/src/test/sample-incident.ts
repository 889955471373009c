import type { Incident } from '@cortex/contracts';

const targets = [{ service: 'shop', instance: 'shop-1' }];

/** An incident that was tried to heal once, and waits for a human to approve the next attempt. */
export function sampleIncident(id: string): Incident {
  const startedAt = new Date(Date.now() - 60_000).toISOString();
  return {
    id,
    service: 'shop',
    title: 'shop is down',
    status: 'awaiting_approval',
    severity: 'SEV1',
    initialSeverity: 'SEV1',
    cause: 'unknown',
    blastRadius: {
      level: 'single_instance',
      instances: 1,
      services: 1,
      hosts: 1,
      clusters: 1,
      regions: 1,
      riskScore: 1,
    },
    environment: 'test',
    startedAt,
    detectedAt: startedAt,
    openedAt: startedAt,
    updatedAt: startedAt,
    signals: [
      {
        key: 'health.shop-1',
        kind: 'health',
        class: 'health',
        target: { service: 'shop', instance: 'shop-1' },
        summary: '3 of 3 shallow checks fail',
        active: true,
        startedAt,
        detectedAt: startedAt,
      },
    ],
    affected: { services: ['shop'], instances: ['shop-1'], hosts: [] },
    attempts: [
      {
        attempt: 1,
        executionId: 'execution-1',
        playbookId: 'restart',
        playbookVersion: '1',
        targets,
        requestedAt: startedAt,
        startedAt,
        outcome: 'succeeded',
        steps: [],
        verification: 'FAILED',
        verificationReason: 'tcp_port still fails',
        rollback: 'not_available',
      },
    ],
    decisions: [],
    approval: {
      approvalId: 'approval-1',
      executionId: 'execution-2',
      planHash: 'hash',
      playbookId: 'restart',
      targets,
      reason: 'the playbook asks for approval',
      requestedAt: startedAt,
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      requiredApprovals: 1,
      grantedBy: [],
      status: 'pending',
    },
    escalations: [],
  };
}

/** The same incident, closed by hand. */
export function ended({ approval: _approval, ...incident }: Incident): Incident {
  const at = new Date().toISOString();
  const reason = 'closed by ada: replaced the disk';
  return {
    ...incident,
    status: 'resolved',
    signals: incident.signals.map((signal) => ({ ...signal, active: false, clearedAt: at })),
    resolution: {
      method: 'manual',
      at,
      recoveredAt: at,
      timeToResolutionMs: 60_000,
      verificationPassed: false,
      reason,
    },
  };
}
