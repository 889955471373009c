import type { CheckDefinition, HealthState } from '@cortex/contracts';

/** While something is wrong, deep checks run this many times as often. */
const hurry = 4;

/** How often a check runs while its target is in this state: deep checks more often until the target is well (spec 2.4). */
export function checkIntervalMs(
  { tier, intervalMs, timeoutMs }: Pick<CheckDefinition, 'tier' | 'intervalMs' | 'timeoutMs'>,
  state: HealthState,
): number {
  const isInTrouble = state === 'DEGRADED' || state === 'UNHEALTHY' || state === 'CRITICAL';
  if (tier !== 'deep' || !isInTrouble) return intervalMs;
  return Math.min(intervalMs, Math.max(intervalMs / hurry, 2 * timeoutMs));
}
