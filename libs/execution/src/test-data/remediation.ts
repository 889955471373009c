import { Remediation } from '@cortex/contracts';
import type { PlaybookStep } from '@cortex/contracts';

export interface RemediationOptions {
  readonly steps?: readonly Partial<PlaybookStep>[];
  readonly instances?: readonly string[];
  readonly rollback?: { readonly available: boolean; readonly reason?: string; readonly steps?: readonly object[] };
}

/** A remediation for tests, valid by its schema. */
export function exampleRemediation(options: RemediationOptions = {}): Remediation {
  const steps = (options.steps ?? [{}]).map((step, index) => ({
    step: index + 1,
    name: `Step ${index + 1}`,
    action: 'no_op',
    params: {},
    timeoutMs: 1_000,
    ...step,
  }));
  return Remediation.parse({
    executionId: 'execution-1',
    incidentId: '0198c0de-0000-7000-8000-000000000001',
    attempt: 1,
    playbook: {
      id: 'restart-001',
      name: 'Restart',
      version: '1.0.0',
      category: 'application',
      severity: 'high',
      trigger: { condition: 'health_state == "UNHEALTHY"' },
      steps,
      verification: {},
      rollback: options.rollback ?? { available: true },
      escalation: {},
      safety: {},
    },
    targets: (options.instances ?? ['shop-1']).map((instance) => ({
      service: 'shop',
      instance,
      facts: { id: instance, host: 'node-a' },
    })),
    maxUnavailable: 1,
    dryRun: false,
    requestedAt: '2026-01-05T10:00:00.000Z',
    expiresAt: '2026-01-05T10:05:00.000Z',
  });
}
