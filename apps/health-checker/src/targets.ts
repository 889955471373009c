import type { CheckDefinition, CortexConfiguration, Instance, Target } from '@cortex/contracts';
import { targetKey } from '@cortex/contracts';
import { shardOfTarget } from './shard-of-target.ts';

/** A target with the configuration of its instance and its checks. */
export interface CheckedTarget {
  readonly target: Target;
  readonly facts: Instance;
  readonly checks: readonly CheckDefinition[];
}

/** All targets that have checks, by shard. */
export function targetsByShard(
  config: Pick<CortexConfiguration, 'checks' | 'services'>,
): ReadonlyMap<string, readonly CheckedTarget[]> {
  const byTarget = new Map<string, { target: Target; checks: CheckDefinition[] }>();
  for (const check of config.checks) {
    const key = targetKey(check.target);
    const known = byTarget.get(key);
    if (known === undefined) byTarget.set(key, { target: check.target, checks: [check] });
    else known.checks.push(check);
  }
  const instances = new Map(
    config.services.flatMap((service) =>
      service.instances.map((instance) => [targetKey({ service: service.name, instance: instance.id }), instance]),
    ),
  );
  const byShard = new Map<string, CheckedTarget[]>();
  for (const [key, { target, checks }] of byTarget) {
    const facts = instances.get(key);
    // Configuration validation rules this out before any service starts.
    if (facts === undefined) throw new RangeError(`no instance ${target.service}/${target.instance} is configured`);
    const shard = shardOfTarget(target);
    byShard.set(shard, [...(byShard.get(shard) ?? []), { target, facts, checks }]);
  }
  return byShard;
}
