import { targetKey } from '@cortex/contracts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** The executor does the targets of a plan one after the other. */
const outAtOnce = 1;

/**
 * Enough instances must serve while the targets are worked on: of the targets those that are out at once do not count,
 * and what the plan leaves alone counts as it is. Reference: medik8s `minHealthy`.
 */
export function minimumHealthyGate({ facts, plan, service }: GateQuestion) {
  const least = service.minHealthy ?? Math.floor(service.instances.length / 2);
  const keys = new Map(
    service.instances.map((one) => [one.id, targetKey({ service: service.name, instance: one.id })]),
  );
  const isChecked = [...keys.values()].some((key) => facts.checkedTargets.has(key));
  const others = service.instances.filter((one) => !plan.targets.some((target) => target.instance === one.id));
  const serving = others.filter((one) => {
    const state = facts.health.get(keys.get(one.id) ?? '')?.state;
    return state === 'HEALTHY' || state === 'DEGRADED';
  });
  const remaining = serving.length + Math.max(0, plan.targets.length - outAtOnce);
  const inputs = {
    instances: service.instances.length,
    targets: plan.targets.length,
    serving_beside_them: serving.length,
    out_at_once: Math.min(outAtOnce, plan.targets.length),
    least,
  };
  if (least > 0 && !isChecked) {
    return objects(
      'minimum_healthy',
      'not_built',
      'nothing_checked',
      'no health check looks at this service, so nobody knows',
      inputs,
    );
  }
  if (remaining < least)
    return objects('minimum_healthy', 'hold', 'too_few_healthy', 'too few healthy instances would remain', inputs);
  return passes('minimum_healthy', 'enough healthy instances remain', inputs);
}
