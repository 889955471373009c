import type { Bus } from '@cortex/bus';
import { healthBucket, type Service } from '@cortex/contracts';
import { dependenciesOf, isDown } from '@cortex/topology';

/** Which services are down, as all health-checkers together know. */
export interface DependencyHealth {
  /** Services that this one depends on and that have an instance that is down, the nearest first. */
  downOf(service: string): readonly string[];
  /** Calls back when an instance of a service goes down that depends on this one. The returned function unsubscribes. */
  onDependantDown(service: string, listener: () => void): () => void;
  stop(): Promise<void>;
}

/** Follows the health of all targets, because a dependency may be watched by another replica. */
export async function followDependencies(bus: Bus, services: readonly Service[]): Promise<DependencyHealth> {
  const downTargets = new Map<string, string>();
  const known = new Map(services.map((service) => [service.name, service]));
  const dependencies = new Map(services.map(({ name }) => [name, dependenciesOf(known, name)]));
  const listeners = new Map<string, Set<() => void>>();
  const bucket = await bus.bucket(healthBucket);
  const watch = await bucket.watch((key, entry) => {
    if (entry === undefined || !isDown(entry.value.state)) {
      downTargets.delete(key);
      return;
    }
    const { service } = entry.value.target;
    const wasDown = downTargets.has(key);
    downTargets.set(key, service);
    if (wasDown) return;
    for (const name of dependencies.get(service) ?? []) {
      for (const listener of listeners.get(name) ?? []) listener();
    }
  });
  return {
    downOf(service) {
      if (downTargets.size === 0) return [];
      const down = new Set(downTargets.values());
      return (dependencies.get(service) ?? []).filter((name) => down.has(name));
    },
    onDependantDown(service, listener) {
      const ofService = listeners.get(service) ?? new Set();
      listeners.set(service, ofService.add(listener));
      return () => void ofService.delete(listener);
    },
    stop: () => watch.stop(),
  };
}
