import { type Incident, targetKey } from '@cortex/contracts';
import { dependantsOf, isDown } from '@cortex/topology';
import type { Facts } from '../model/facts.ts';
import { tellsOfDown } from '../signals/from-health.ts';
import { msBetween } from '../time.ts';

/** Instances of the service that have an active signal or are down, in the catalogue's order. */
export function affectedInstances(incident: Pick<Incident, 'service' | 'signals'>, facts: Facts): string[] {
  const named = new Set(
    incident.signals.filter((signal) => signal.active).flatMap((signal) => signal.target.instance ?? []),
  );
  const known = facts.services.get(incident.service)?.instances.map((instance) => instance.id) ?? [];
  const down = known.filter((instance) =>
    isDown(facts.health.get(targetKey({ service: incident.service, instance }))?.state),
  );
  const all = new Set([...named, ...down]);
  return [...known.filter((instance) => all.has(instance)), ...[...named].filter((one) => !known.includes(one))];
}

/** True when the service has an open incident that hurts its users, or an instance that is down. */
export function isInTrouble(facts: Facts, service: string): boolean {
  if (facts.openIncidents.some((open) => open.service === service && open.isHarmful !== false)) return true;
  const instances = facts.services.get(service)?.instances ?? [];
  return instances.some((instance) => isDown(facts.health.get(targetKey({ service, instance: instance.id }))?.state));
}

/**
 * The affected services that the incident's own service does not explain. A dependant that fails only because its dependency is
 * down is healed by healing that; one with an incident of its own is decided on there; what else was in trouble before has
 * another cause.
 */
export function unexplainedServices(
  { service, signals, startedAt }: Pick<Incident, 'service' | 'signals' | 'startedAt'>,
  affected: Incident['affected'],
  facts: Facts,
): string[] {
  const isDownBySignal = signals.some((signal) => signal.active && tellsOfDown(signal));
  const instances = facts.services.get(service)?.instances ?? [];
  const isServiceDown =
    isDownBySignal || instances.some(({ id }) => isDown(facts.health.get(targetKey({ service, instance: id }))?.state));
  if (!isServiceDown) return affected.services;
  return affected.services.filter(
    (name) => name === service || (!hasOwnIncident(name, facts) && wasDownBefore(name, startedAt, facts)),
  );
}

function hasOwnIncident(service: string, { openIncidents }: Facts): boolean {
  return openIncidents.some((open) => open.service === service);
}

function wasDownBefore(service: string, startedAt: string, { services, health }: Facts): boolean {
  return (services.get(service)?.instances ?? [])
    .flatMap(({ id }) => health.get(targetKey({ service, instance: id })) ?? [])
    .some(({ state, since }) => isDown(state) && msBetween(since, startedAt) > seenLaterMs);
}

/** What began this much later may still be the cause: it is only seen later. */
export const seenLaterMs = 60_000;

/** Everything that the incident touches: its own instances and hosts, and the dependants that suffer with it. */
export function affectedBy(incident: Pick<Incident, 'service' | 'signals'>, facts: Facts): Incident['affected'] {
  const instances = affectedInstances(incident, facts);
  const catalogue = facts.services.get(incident.service)?.instances ?? [];
  const hosts = catalogue.filter((instance) => instances.includes(instance.id)).map((instance) => instance.host);
  const dependants = dependantsOf(facts.services, incident.service).filter((name) => isInTrouble(facts, name));
  return { services: [incident.service, ...dependants], instances, hosts: [...new Set(hosts)] };
}
