import type { CheckDefinition, HealthState } from '@cortex/contracts';

/** While something is wrong, deep checks run this many times as often. */
const hurry = 4;

export interface Standing {
  /** The state of its target. */
  readonly state: HealthState;
  /** The check's own last result was no pass. */
  readonly isFailing: boolean;
  /** The shortest interval of all checks of its target. */
  readonly fastestMs: number;
}

/**
 * How often a check runs: deep checks more often until the target is well (spec 2.4), and one that fails at the pace of the
 * fastest, whatever its tier, since the target is in trouble for as long as it has not passed. Never closer than two timeouts.
 */
export function checkIntervalMs(
  { tier, intervalMs, timeoutMs }: Pick<CheckDefinition, 'tier' | 'intervalMs' | 'timeoutMs'>,
  { state, isFailing, fastestMs }: Standing,
): number {
  const isInTrouble = state === 'DEGRADED' || state === 'UNHEALTHY' || state === 'CRITICAL';
  const wantedMs = [intervalMs];
  if (tier === 'deep' && isInTrouble) wantedMs.push(intervalMs / hurry);
  if (isFailing) wantedMs.push(fastestMs);
  return Math.min(intervalMs, Math.max(Math.min(...wantedMs), 2 * timeoutMs));
}
