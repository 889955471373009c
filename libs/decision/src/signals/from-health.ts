import type { HealthChange, HealthState, Signal } from '@cortex/contracts';

export function healthSignalKey(instance: string): string {
  return `health:${instance}`;
}

/** Not HEALTHY, and not merely unknown. */
export function isTrouble(state: HealthState): boolean {
  return state === 'DEGRADED' || state === 'UNHEALTHY' || state === 'CRITICAL';
}

/** A health change as a signal; the key is one per instance, so a later change replaces an earlier one. */
export function signalFromHealth(change: HealthChange): Signal {
  return {
    key: healthSignalKey(change.target.instance),
    kind: 'health',
    class: 'health',
    target: change.target,
    summary: change.reason === '' ? `${change.target.instance} is ${change.to}` : change.reason,
    healthState: change.to,
    failingChecks: [...new Set(change.failing.map((outcome) => outcome.check))],
    failingCheckTypes: [...new Set(change.failing.map((outcome) => outcome.type))],
    pendingChecks: [...(change.pending ?? [])],
    ...(change.sequence === undefined ? {} : { sequence: change.sequence }),
    active: isTrouble(change.to),
    startedAt: change.since,
    detectedAt: change.since,
  };
}
