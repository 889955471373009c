import type { HealthState } from '@cortex/contracts';

/** True for a state in which the target does no work. */
export function isDown(state: HealthState | undefined): boolean {
  return state === 'UNHEALTHY' || state === 'CRITICAL';
}
