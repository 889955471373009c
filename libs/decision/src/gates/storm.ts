import { type HealthRecord, type SafetyPolicy, targetKey } from '@cortex/contracts';
import { dependenciesOf, isDown } from '@cortex/topology';
import type { Facts } from '../model/facts.ts';
import { addMs } from '../time.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/**
 * When so much fails at once, my own view is suspect: act on nothing. Reference I10. What was down from the beginning is no
 * such change; when it is as much, it is healed one service after the other.
 */
export function stormGate({ facts, service, incident, now }: GateQuestion) {
  const isAnomalous = incident.signals.some(({ kind, active }) => active && kind === 'anomaly');
  const own = isAnomalous && incident.harm?.isHarmful !== false ? service.name : undefined;
  const unhealthy = countDown(facts, isChange, own);
  const total = facts.services.size;
  const { stormRatio, stormMinServices, stormCooldownMs } = facts.safety;
  const atStart = countDown(facts, () => true, own) - unhealthy;
  const inputs = {
    unhealthy_services: unhealthy,
    ...(atStart === 0 ? {} : { down_from_the_start: atStart }),
    services: total,
    limit_ratio: stormRatio,
    limit_services: stormMinServices,
  };
  if (isTooMany(unhealthy, total, facts.safety))
    return objects('storm', 'hold', 'storm', 'too many services are down at once', inputs);
  if (facts.lastStormAt !== undefined) {
    const until = addMs(facts.lastStormAt, stormCooldownMs);
    if (Date.parse(now) < Date.parse(until)) {
      return objects('storm', 'hold', 'after_storm', 'a storm ended only just', { ...inputs, until });
    }
  }
  const other = isTooMany(unhealthy + atStart, total, facts.safety) ? workedOn(facts, service.name) : undefined;
  if (other !== undefined) {
    const reason = `many services were down when Cortex began to watch: one after the other, and now it is ${other}`;
    return objects('storm', 'hold', 'one_at_a_time', reason, inputs);
  }
  return passes('storm', 'no storm', inputs);
}

/** True when at least `stormMinServices` and more than `stormRatio` of the services have gone down, or have harmful anomalies. */
export function isStorm(facts: Pick<Facts, 'services' | 'health' | 'safety' | 'openIncidents'>): boolean {
  return isTooMany(countDown(facts, isChange), facts.services.size, facts.safety);
}

/** True while the gate holds every plan: there is a storm, or one ended only just. */
export function isHeldByStorm(
  facts: Pick<Facts, 'services' | 'health' | 'safety' | 'openIncidents' | 'lastStormAt'>,
  now: string,
): boolean {
  const { lastStormAt, safety } = facts;
  if (lastStormAt !== undefined && now < addMs(lastStormAt, safety.stormCooldownMs)) return true;
  return isStorm(facts);
}

function isTooMany(unhealthy: number, total: number, safety: SafetyPolicy): boolean {
  return unhealthy >= safety.stormMinServices && unhealthy / Math.max(1, total) > safety.stormRatio;
}

function isChange({ atStart }: HealthRecord): boolean {
  return atStart !== true;
}

/**
 * Services with an instance that is down, by the records that count, or whose users suffer by an anomaly, without those that only
 * fail because a dependency is down.
 * Goes over what is known to be down, not over the catalogue: it is asked before every decision.
 */
function countDown(
  { services, health, openIncidents }: Pick<Facts, 'services' | 'health' | 'openIncidents'>,
  counts: (record: HealthRecord) => boolean,
  ownAnomalous?: string,
): number {
  const down = new Set<string>();
  const counted = new Set<string>();
  for (const record of health.values()) {
    const { target, state } = record;
    if (!isDown(state)) continue;
    if (services.get(target.service)?.instances.some(({ id }) => id === target.instance) !== true) continue;
    down.add(target.service);
    if (counts(record)) counted.add(target.service);
  }
  const anomalous = openIncidents.filter(({ isAnomalous, isHarmful }) => isAnomalous === true && isHarmful !== false);
  for (const name of [...anomalous.map(({ service }) => service), ownAnomalous]) {
    if (name === undefined || !services.has(name) || down.has(name)) continue;
    down.add(name);
    counted.add(name);
  }
  return [...counted].filter((name) => !isExplained(services, name, down)).length;
}

/** A dependency of it is down that does not depend on it in turn. */
function isExplained(services: Facts['services'], name: string, down: ReadonlySet<string>): boolean {
  if (services.get(name)?.dependsOn.length === 0) return false;
  return dependenciesOf(services, name).some((one) => down.has(one) && !dependenciesOf(services, one).includes(name));
}

/** Another service that an execution works on and that is still down. Two that are decided in the same moment may both go. */
function workedOn({ openIncidents, services, health }: Facts, own: string): string | undefined {
  return openIncidents.find(({ service, status }) => {
    const isUnderWay = status === 'remediating' || status === 'verifying' || status === 'rolling_back';
    const instances = services.get(service)?.instances ?? [];
    const isStillDown = instances.some(({ id }) => isDown(health.get(targetKey({ service, instance: id }))?.state));
    return service !== own && isUnderWay && isStillDown;
  })?.service;
}
