import type { SafetyPolicy } from '@cortex/contracts';
import { isDown } from '@cortex/topology';
import type { Facts } from '../model/facts.ts';
import { addMs } from '../time.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** When so much fails at once, my own view is suspect: act on nothing. Reference I10. */
export function stormGate({ facts, now }: GateQuestion) {
  const unhealthy = countUnhealthyServices(facts);
  const total = facts.services.size;
  const { stormRatio, stormMinServices, stormCooldownMs } = facts.safety;
  const inputs = {
    unhealthy_services: unhealthy,
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
  return passes('storm', 'no storm', inputs);
}

/** True when at least `stormMinServices` and more than `stormRatio` of the services have an instance that is down. */
export function isStorm(facts: Pick<Facts, 'services' | 'health' | 'safety'>): boolean {
  return isTooMany(countUnhealthyServices(facts), facts.services.size, facts.safety);
}

function isTooMany(unhealthy: number, total: number, safety: SafetyPolicy): boolean {
  return unhealthy >= safety.stormMinServices && unhealthy / Math.max(1, total) > safety.stormRatio;
}

/** Goes over what is known to be down, not over the catalogue: it is asked before every decision. */
function countUnhealthyServices({ services, health }: Pick<Facts, 'services' | 'health'>): number {
  const unhealthy = new Set<string>();
  for (const { target, state } of health.values()) {
    if (!isDown(state) || unhealthy.has(target.service)) continue;
    if (services.get(target.service)?.instances.some(({ id }) => id === target.instance)) unhealthy.add(target.service);
  }
  return unhealthy.size;
}
