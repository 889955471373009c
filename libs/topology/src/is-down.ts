import type { HealthState } from '@cortex/contracts';

/** Failing so far that it does no work. */
export function isDown(state: HealthState | undefined): boolean {
  return state === 'UNHEALTHY' || state === 'CRITICAL';
}
