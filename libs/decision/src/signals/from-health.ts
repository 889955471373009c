import type { HealthChange, HealthState, Signal } from '@cortex/contracts';
import { isDown } from '@cortex/topology';

const mostFindings = 5;
const longestFinding = 400;

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
    findings: change.failing
      .slice(0, mostFindings)
      .map(({ check, detail }) => `${check}: ${detail}`.slice(0, longestFinding)),
    pendingChecks: [...(change.pending ?? [])],
    ...(change.sequence === undefined ? {} : { sequence: change.sequence }),
    active: isTrouble(change.to),
    startedAt: change.since,
    detectedAt: change.since,
  };
}

/** Its target does no work: it is not only degraded. */
export function tellsOfDown({ healthState }: Pick<Signal, 'healthState'>): boolean {
  return isDown(healthState as HealthState | undefined);
}
