import { type HealthState, type Service, targetKey } from '@cortex/contracts';
import { countingReservations } from '@cortex/execution';
import { outTogether } from '@cortex/topology';
import type { Facts } from '../model/facts.ts';
import { describeWaves } from '../model/plan.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/**
 * How many instances of the service would be out of service together: worked on, not yet seen to serve again, or unhealthy by
 * themselves. The executor reserves, and does a larger plan in waves; this gate only looks. INV-1.
 */
export function budgetGate({ facts, plan, service, now }: GateQuestion) {
  const reserved = countingReservations(facts.reservations.get(service.name) ?? [], now).map(
    ({ instance }) => instance,
  );
  const [first] = plan.targets;
  const out = first === undefined ? [] : outTogether(first.instance, { reserved, states: statesOf(facts, service) });
  const inputs = { out_together: [...out], max_unavailable: plan.maxUnavailable };
  if (out.length > plan.maxUnavailable) {
    const reason = 'more instances would be out of service together than may be';
    return objects('budget', 'hold', 'budget_used_up', reason, inputs);
  }
  return passes('budget', describeWaves(plan) ?? 'within the budget', inputs);
}

function statesOf(facts: Facts, { name, instances }: Service): ReadonlyMap<string, HealthState> {
  return new Map(
    instances.flatMap(({ id }) => {
      const key = targetKey({ service: name, instance: id });
      // Where no check looks any more, nobody keeps the record true.
      const state = facts.checkedTargets.has(key) ? facts.health.get(key)?.state : undefined;
      return state === undefined ? [] : [[id, state] as const];
    }),
  );
}
