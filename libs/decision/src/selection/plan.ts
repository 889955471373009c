import type { Service } from '@cortex/contracts';
import { blastRadiusLevel } from '../assessment/blast-radius.ts';
import { type Match, type Plan, hashOfPlan } from '../model/plan.ts';
import type { Work } from '../record/work.ts';

/** Instances of a service that may be under remediation at once. Default: a quarter, at least one. Reference INV-1. */
export function maxUnavailableOf(
  service: Pick<Service, 'maxUnavailable'> & { readonly instances: readonly unknown[] },
): number {
  return service.maxUnavailable ?? Math.max(1, Math.floor(service.instances.length / 4));
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
