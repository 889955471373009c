import {
  type Attempt,
  type HealthRecord,
  type HealthState,
  type Instance,
  type Service,
  type Target,
  targetKey,
} from '@cortex/contracts';
import { isDown } from '@cortex/topology';
import { affectedInstances } from '../assessment/affected.ts';
import { isUse } from '../assessment/attempts.ts';
import type { Match } from '../model/plan.ts';
import type { Work } from '../record/work.ts';
import { healthSignalKey } from '../signals/from-health.ts';
import { maxUnavailableOf } from './plan.ts';
import { msBetween } from '../time.ts';

export interface TargetChoice {
  readonly targets: readonly Target[];
  readonly passedOver: Readonly<Record<string, string>>;
  /** Why there is none. */
  readonly problem?: string;
}

/**
 * The instances that this playbook would be used on: those that its signals name, worst first, only known ones, never
 * protected ones, and one at a time when the playbook may touch a single instance only. Never "all for want of a name":
 * a signal about the whole service means its instances that are down, or its only instance.
 */
export function chooseTargets(work: Work, match: Match): TargetChoice {
  const service = work.service;
  if (service === undefined) return { targets: [], passedOver: {}, problem: 'the service is not in the catalogue' };
  const passedOver: Record<string, string> = {};
  const known = new Map(service.instances.map((instance) => [instance.id, instance]));
  const candidates = namedInstances(work, match).filter((id) => {
    const reason = whyNot(work, match, known.get(id), id);
    if (reason !== undefined) passedOver[id] = reason;
    return reason === undefined;
  });
  const isFrozen = (id: string): boolean => recordOf(work, id)?.flapping === true;
  const free = candidates.filter((id) => !isFrozen(id));
  // Where all are frozen, the safety check says so, and holds.
  if (free.length > 0) for (const id of candidates.filter(isFrozen)) passedOver[id] = 'frozen by flapping';
  const usable = free.length > 0 ? free : candidates;
  const sorted = usable.toSorted((left, right) => badness(work, right) - badness(work, left));
  const single = match.playbook.safety.blastRadius === 'single_instance' || match.match !== 'exact';
  const chosen = sorted.slice(0, single ? 1 : mostAtOnce(work, service, sorted));
  const later = single ? 'one instance at a time' : 'nobody can tell whether those before it serve again';
  for (const id of sorted.slice(chosen.length)) passedOver[id] = `later: ${later}`;
  const targets = chosen.map((instance) => ({ service: service.name, instance }));
  return targets.length > 0 ? { targets, passedOver } : { targets, passedOver, problem: problemOf(passedOver) };
}

/** The executor goes on to the next targets when those before are seen to serve: where no check looks, they are for a later plan. */
function mostAtOnce(work: Work, service: Service, instances: readonly string[]): number {
  const isSeen = (instance: string): boolean =>
    work.facts.checkedTargets.has(targetKey({ service: service.name, instance }));
  return instances.every(isSeen) ? instances.length : maxUnavailableOf(service);
}

function namedInstances(work: Work, match: Match): string[] {
  const named = new Set(match.signals.flatMap((signal) => signal.target.instance ?? []));
  if (match.signals.some((signal) => signal.target.instance === undefined)) {
    const instances = work.service?.instances ?? [];
    const [only, ...others] = instances;
    const down = instances.filter((one) => isDown(healthOf(work, one.id)));
    for (const one of down) named.add(one.id);
    if (only !== undefined && others.length === 0) named.add(only.id);
  }
  if (match.match !== 'exact') for (const id of affectedInstances(work.incident, work.facts)) named.add(id);
  return [...named];
}

function whyNot(work: Work, match: Match, instance: Instance | undefined, id: string): string | undefined {
  const service = work.incident.service;
  if (instance === undefined) return 'not in the catalogue';
  if (work.facts.safety.protectedTargets.some((target) => target.service === service && target.instance === id)) {
    return 'protected: Cortex never acts on it';
  }
  const tries = triesOn(work, match.playbook.id, id);
  if (tries.some(({ outcome }) => outcome === 'dry_run'))
    return `${match.playbook.id} was told of in a dry run already`;
  if (tries.some(({ verification }) => verification === 'PARTIAL_SUCCESS'))
    return `${match.playbook.id} helped it only in part`;
  if (tries.length > match.playbook.safety.maxRetries)
    return `${match.playbook.id} was tried ${tries.length === 1 ? 'once' : `${tries.length} times`} on it`;
  return undefined;
}

/**
 * Uses of the playbook on this instance against the trouble that it is in now. A refused one never began, and one after which it
 * was well again was for an earlier trouble.
 */
function triesOn(work: Work, playbookId: string, instance: string): Attempt[] {
  return work.incident.attempts.filter(
    (attempt) =>
      attempt.playbookId === playbookId &&
      isUse(attempt, work.facts.safety.dryRun) &&
      attempt.targets.some((target) => target.instance === instance) &&
      !hasBeenWellSince(work, attempt, instance),
  );
}

function hasBeenWellSince(work: Work, attempt: Attempt, instance: string): boolean {
  if (attempt.relapsed === true) return true;
  const { verification, recoveredAt } = attempt;
  if (verification !== 'SUCCESS' || recoveredAt === undefined) return false;
  const key = healthSignalKey(instance);
  const health = work.incident.signals.find((signal) => signal.key === key && signal.active);
  return health !== undefined && msBetween(recoveredAt, health.startedAt) > 0;
}

function recordOf(work: Work, instance: string): HealthRecord | undefined {
  return work.facts.health.get(targetKey({ service: work.incident.service, instance }));
}

function healthOf(work: Work, instance: string): HealthState | undefined {
  return recordOf(work, instance)?.state;
}

const badnessOf: Readonly<Record<HealthState, number>> = {
  CRITICAL: 4,
  UNHEALTHY: 3,
  DEGRADED: 2,
  UNKNOWN: 1,
  HEALTHY: 0,
};

function badness(work: Work, instance: string): number {
  const bySignal = work.incident.signals
    .filter((signal) => signal.active && signal.target.instance === instance)
    .map((signal) => badnessOf[(signal.healthState ?? 'UNKNOWN') as HealthState] ?? 0);
  return Math.max(badnessOf[healthOf(work, instance) ?? 'UNKNOWN'], ...bySignal);
}

function problemOf(passedOver: Readonly<Record<string, string>>): string {
  const reasons = Object.entries(passedOver).map(([id, reason]) => `${id}: ${reason}`);
  return reasons.length === 0 ? 'no instance can be named' : reasons.join('; ');
}
