import type { CheckDefinition, HealthState } from '@cortex/contracts';

/** While something is wrong, deep checks come so many times as often. */
const hurry = 4;

/** How often a check is made while its target is in this state: deep checks more often until all is well (spec 2.4). */
export function checkIntervalMs(
  { tier, intervalMs, timeoutMs }: Pick<CheckDefinition, 'tier' | 'intervalMs' | 'timeoutMs'>,
  state: HealthState,
): number {
  const isInTrouble = state === 'DEGRADED' || state === 'UNHEALTHY' || state === 'CRITICAL';
  if (tier !== 'deep' || !isInTrouble) return intervalMs;
  return Math.min(intervalMs, Math.max(intervalMs / hurry, 2 * timeoutMs));
}
