import { type Incident, type Silence, targetKey } from '@cortex/contracts';
import { findSilence } from '@cortex/suppression';
import type { Facts } from '../model/facts.ts';
import { affectedInstances } from './affected.ts';

type Concerned = Pick<Incident, 'service' | 'signals'>;

/**
 * The silence that covers the incident: of its service, or of an instance that is affected. One of a single check covers
 * none. One that cannot be read may cover it too: that is for the gate to judge.
 */
export function silenceOf(incident: Concerned, facts: Facts, now: string): Silence | undefined {
  return findSilence(facts.silences, now, ({ service, instance, check }) => {
    if (service !== incident.service || check !== undefined) return false;
    return instance === undefined || concerns(incident, instance, facts);
  });
}

/** How long after a silence its targets are looked at before anything is done: what is known of them is from before it. */
export function lookAgainMs(incident: Concerned, facts: Facts): number {
  const { service } = incident;
  const keys = affectedInstances(incident, facts).map((instance) => targetKey({ service, instance }));
  return keys.some((key) => facts.checkedTargets.has(key)) ? facts.safety.holdRetryMs : 0;
}

/** What is said of a whole service with one instance is said of that instance. */
function concerns(incident: Concerned, instance: string, facts: Facts): boolean {
  const [only, ...others] = facts.services.get(incident.service)?.instances ?? [];
  if (others.length === 0 && only?.id === instance) return true;
  return affectedInstances(incident, facts).includes(instance);
}
