import type { Service } from '@cortex/contracts';
import { blastRadiusLevel } from '../assessment/blast-radius.ts';
import { type Match, type Plan, hashOfPlan } from '../model/plan.ts';
import type { Work } from '../record/work.ts';

type Sized<Field extends keyof Service> = Pick<Service, Field> & { readonly instances: readonly unknown[] };

/** Instances of a service that must serve while another is worked on. Default: half of them, rounded down. */
export function minHealthyOf(service: Sized<'minHealthy'>): number {
  return service.minHealthy ?? Math.floor(service.instances.length / 2);
}

/**
 * Instances of a service that may be out of service at once: what `max_unavailable` says, a quarter by default, and no more than leave
 * `min_healthy` serving. At least one, so that a service of one instance can be healed. Reference INV-1.
 */
export function maxUnavailableOf(service: Sized<'minHealthy' | 'maxUnavailable'>): number {
  const count = service.instances.length;
  const allowed = service.maxUnavailable ?? Math.floor(count / 4);
  return Math.max(1, Math.min(allowed, count - minHealthyOf(service)));
}

/** The plan that would be requested next. Its hash covers everything that runs, on what, and under which id. */
export function makePlan(work: Work, match: Match, targets: Plan['targets']): Plan {
  const attempt = work.memory.attempts + 1;
  const instances = (work.service?.instances ?? []).filter((one) =>
    targets.some((target) => target.instance === one.id),
  );
  const plan = {
    playbook: match.playbook,
    targets,
    executionId: `${work.incident.id}-${attempt}`,
    dryRun: work.facts.safety.dryRun,
  };
  return {
    ...plan,
    match: match.match,
    attempt,
    level: blastRadiusLevel({
      instances: targets.length,
      services: 1,
      clusters: new Set(instances.flatMap((one) => one.cluster ?? [])).size,
      regions: new Set(instances.flatMap((one) => one.region ?? [])).size,
    }),
    maxUnavailable: work.service === undefined ? 1 : maxUnavailableOf(work.service),
    planHash: hashOfPlan(plan, work.incident.service, plan.executionId),
  };
}
