import { randomUUID } from 'node:crypto';
import { Remediation } from '@cortex/contracts';
import type { Instance } from '@cortex/contracts';

export interface RemediationOptions {
  readonly executionId?: string;
  readonly steps: readonly object[];
  readonly targets: readonly { readonly instance: string; readonly facts?: Partial<Instance> }[];
  readonly rollback?: object;
  readonly preconditions?: readonly object[];
  readonly service?: string;
  readonly maxUnavailable?: number;
  readonly dryRun?: boolean;
  readonly requestedAt?: Date;
  readonly verification?: object;
  readonly expiresInMs?: number;
}

/** A remediation for tests, valid by its schema. */
export function remediationOf(options: RemediationOptions): Remediation {
  const requestedAt = options.requestedAt ?? new Date();
  const service = options.service ?? 'shop';
  return Remediation.parse({
    executionId: options.executionId ?? randomUUID(),
    incidentId: randomUUID(),
    attempt: 1,
    playbook: {
      id: 'restart-001',
      name: 'Restart',
      version: '1.0.0',
      category: 'application',
      severity: 'high',
      trigger: { condition: 'health_state == "UNHEALTHY"' },
      preconditions: options.preconditions ?? [],
      steps: options.steps.map((step, index) => ({
        step: index + 1,
        name: `Step ${index + 1}`,
        params: {},
        timeoutMs: 20_000,
        ...step,
      })),
      verification: options.verification ?? {},
      rollback: options.rollback ?? { available: true },
      escalation: {},
      safety: {},
    },
    targets: options.targets.map(({ instance, facts }) => ({
      service,
      instance,
      facts: { id: instance, host: 'localhost', ...facts },
    })),
    maxUnavailable: options.maxUnavailable ?? 4,
    dryRun: options.dryRun ?? false,
    requestedAt: requestedAt.toISOString(),
    expiresAt: new Date(requestedAt.getTime() + (options.expiresInMs ?? 60_000)).toISOString(),
  });
}
