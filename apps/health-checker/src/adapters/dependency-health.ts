import type { Bus } from '@cortex/bus';
import { healthBucket, type Service } from '@cortex/contracts';
import { dependenciesOf, isDown } from '@cortex/topology';

/** Which services are down, as all health-checkers together know. */
export interface DependencyHealth {
  /** Services that this one depends on and that have an instance that is down, the nearest first. */
  downOf(service: string): readonly string[];
  stop(): Promise<void>;
}

/** Follows the health of all targets, because a dependency may be watched by another replica. */
export async function followDependencies(bus: Bus, services: readonly Service[]): Promise<DependencyHealth> {
  const downTargets = new Map<string, string>();
  const known = new Map(services.map((service) => [service.name, service]));
  const dependencies = new Map(services.map(({ name }) => [name, dependenciesOf(known, name)]));
  const bucket = await bus.bucket(healthBucket);
  const watch = await bucket.watch((key, entry) => {
    if (entry !== undefined && isDown(entry.value.state)) downTargets.set(key, entry.value.target.service);
    else downTargets.delete(key);
  });
  return {
    downOf(service) {
      if (downTargets.size === 0) return [];
      const down = new Set(downTargets.values());
      return (dependencies.get(service) ?? []).filter((name) => down.has(name));
    },
    stop: () => watch.stop(),
  };
}
