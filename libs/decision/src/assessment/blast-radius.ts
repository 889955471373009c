import type { BlastRadius, BlastRadiusLevel, Incident } from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';
import { unexplainedServices } from './affected.ts';
import { totalsOf } from './catalogue-totals.ts';

/** Spec 7.2 `radius.level`, from the widest down. */
export function blastRadiusLevel(counts: {
  readonly instances: number;
  readonly services: number;
  readonly clusters: number;
  readonly regions: number;
}): BlastRadiusLevel {
  if (counts.regions > 1) return 'multi_region';
  if (counts.clusters > 1 || counts.services > 5) return 'cluster_wide';
  if (counts.services > 1) return 'multiple_services';
  if (counts.instances > 1) return 'single_service';
  return 'single_instance';
}

/** Spec 7.2, over what the incident affects. Dependants that fail only with it do not widen it. */
export function blastRadiusOf(incident: Incident, affected: Incident['affected'], facts: Facts): BlastRadius {
  const instances = (facts.services.get(incident.service)?.instances ?? []).filter((one) =>
    affected.instances.includes(one.id),
  );
  const counts = {
    instances: affected.instances.length,
    services: unexplainedServices(incident, affected, facts).length,
    hosts: affected.hosts.length,
    clusters: new Set(instances.flatMap((one) => one.cluster ?? [])).size,
    regions: new Set(instances.flatMap((one) => one.region ?? [])).size,
  };
  return { level: blastRadiusLevel(counts), ...counts, riskScore: riskScore(affected, facts) };
}

/** Weights of spec 7.2; revenue (25) is not known to Cortex. */
const riskWeights = { users: 30, services: 25, instances: 20 } as const;

/**
 * The weighted sum of spec 7.2, 0 to 100. A part whose total is zero or unknown has no data: the weights are
 * renormalised over the parts that have some, so nothing divides by zero and 100 stays reachable.
 */
export function riskScore(affected: Incident['affected'], facts: Facts): number {
  let sum = 0;
  let weights = 0;
  for (const { weight, hit, total } of riskParts(affected, facts)) {
    sum += weight * Math.min(1, hit / total);
    weights += weight;
  }
  return weights === 0 ? 0 : Math.round((sum / weights) * 10_000) / 100;
}

/** The parts of {@link riskScore} in words. */
export function riskInputs(affected: Incident['affected'], facts: Facts): Readonly<Record<string, string>> {
  const parts = riskParts(affected, facts);
  return Object.fromEntries(
    parts.map(({ part, weight, hit, total }) => [part, `${hit} of ${total}, weight ${weight}`]),
  );
}

function riskParts(affected: Incident['affected'], facts: Facts) {
  const totals = totalsOf(facts.services);
  const hits = {
    users: usersAffected(affected, facts),
    services: affected.services.length,
    instances: affected.instances.length,
  };
  return (['users', 'services', 'instances'] as const)
    .map((part) => ({ part, weight: riskWeights[part], hit: hits[part], total: totals[part] }))
    .filter(({ total }) => total > 0);
}

/** Users of the affected services; of the incident's own service the share that its affected instances serve. */
export function usersAffected(affected: Incident['affected'], facts: Facts): number {
  const [own, ...dependants] = affected.services.flatMap((name) => facts.services.get(name) ?? []);
  const ownUsers =
    own === undefined ? 0 : (own.users ?? 0) * Math.min(1, affected.instances.length / own.instances.length);
  return Math.round(dependants.reduce((sum, service) => sum + (service.users ?? 0), ownUsers));
}
