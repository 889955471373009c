import type { HealthState } from '@cortex/contracts';
import { isDown } from './is-down.ts';

/** What is known of the instances of a service at one moment. */
export interface ServiceNow {
  /** Under remediation, or not yet seen to serve since. */
  readonly reserved: Iterable<string>;
  /** An instance that nobody looks at has none. */
  readonly states: ReadonlyMap<string, HealthState>;
}

/**
 * The instances that would be out of service together if this one were taken out now; INV-1 limits their number. What is
 * down already, or of which nobody can tell, counts, unless the instance itself is down: to heal it takes nothing more out.
 */
export function outTogether(instance: string, { reserved, states }: ServiceNow): readonly string[] {
  const out = new Set([instance, ...reserved]);
  if (!isDown(states.get(instance))) {
    for (const [other, state] of states) if (isDown(state) || state === 'UNKNOWN') out.add(other);
  }
  return [...out];
}
