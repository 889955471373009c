import { targetKey } from '@cortex/contracts';
import { isDown } from '@cortex/topology';
import { minHealthyOf } from '../selection/plan.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/**
 * Enough instances must serve while the targets are worked on: of the targets those that are out at once do not count,
 * and what the plan leaves alone counts as it is. Reference: medik8s `minHealthy`. Targets that are all down take nothing
 * from those that serve: a service whose instances are all dead must not stay dead for want of healthy ones.
 */
export function minimumHealthyGate({ facts, plan, service }: GateQuestion) {
  const least = minHealthyOf(service);
  // The executor does the targets in waves.
  const outAtOnce = Math.min(plan.maxUnavailable, plan.targets.length);
  const keys = new Map(
    service.instances.map((one) => [one.id, targetKey({ service: service.name, instance: one.id })]),
  );
  const isChecked = [...keys.values()].some((key) => facts.checkedTargets.has(key));
  const others = service.instances.filter((one) => !plan.targets.some((target) => target.instance === one.id));
  const stateOf = (instance: string) => facts.health.get(keys.get(instance) ?? '')?.state;
  const serving = others.filter(({ id }) => stateOf(id) === 'HEALTHY' || stateOf(id) === 'DEGRADED');
  const isNothingLost = plan.targets.every(({ instance }) => isDown(stateOf(instance)));
  const remaining = serving.length + plan.targets.length - outAtOnce;
  const inputs = {
    instances: service.instances.length,
    targets: plan.targets.length,
    serving_beside_them: serving.length,
    out_at_once: outAtOnce,
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
  if (remaining < least && !isNothingLost) {
    const reason = `too few healthy instances would remain: ${remaining}, and min_healthy is ${least}`;
    return objects('minimum_healthy', 'hold', 'too_few_healthy', reason, inputs);
  }
  if (remaining < least) return passes('minimum_healthy', 'its targets are down: no instance is lost', inputs);
  return passes('minimum_healthy', 'enough healthy instances remain', inputs);
}
