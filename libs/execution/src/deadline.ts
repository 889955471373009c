import type { Remediation } from '@cortex/contracts';
import { stepsMs, wavesMs } from './durations.ts';

const slackMs = 60_000;

/** How long an execution may take for everything, so that a silent one does not hold an incident for ever. */
export function executionDeadlineMs(remediation: Pick<Remediation, 'playbook' | 'targets'>, planTtlMs: number): number {
  const { playbook, targets } = remediation;
  return planTtlMs + stepsMs(playbook.steps) * targets.length + wavesMs(playbook, targets.length) + slackMs;
}

/** The moment from which on nobody waits for this execution any more: no further step of it begins. */
export function executionDeadline(remediation: Remediation): Date {
  const requestedMs = Date.parse(remediation.requestedAt);
  const planTtlMs = Date.parse(remediation.expiresAt) - requestedMs;
  return new Date(requestedMs + executionDeadlineMs(remediation, planTtlMs));
}

export function rollbackDeadlineMs({ playbook, targets }: Pick<Remediation, 'playbook' | 'targets'>): number {
  const perTargetMs = stepsMs(playbook.rollback.steps) + stepsMs(playbook.steps);
  return perTargetMs * targets.length + wavesMs(playbook, targets.length) + slackMs;
}

/** The same for a rollback that was requested at this time. */
export function rollbackDeadline(remediation: Remediation, requestedAt: string): Date {
  return new Date(Date.parse(requestedAt) + rollbackDeadlineMs(remediation));
}
