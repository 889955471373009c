import type { Service } from '@cortex/contracts';

type Services = ReadonlyMap<string, Service>;

/** Services that depend on `name`, directly or through others, in order of distance. */
export function dependantsOf(services: Services, name: string): string[] {
  const direct = directDependants(services);
  return spread(name, (current) => direct.get(current) ?? []);
}

/** Services that `name` depends on, directly or through others, in order of distance. */
export function dependenciesOf(services: Services, name: string): string[] {
  return spread(name, (current) => services.get(current)?.dependsOn ?? []);
}

function spread(start: string, next: (name: string) => readonly string[]): string[] {
  const found = new Set([start]);
  for (const name of found) {
    for (const other of next(name)) found.add(other);
  }
  found.delete(start);
  return [...found];
}

/** A catalogue never changes, so its index is built once. */
const indexes = new WeakMap<Services, ReadonlyMap<string, readonly string[]>>();

/** Names of the services that depend directly on one, in the catalogue's order. */
function directDependants(services: Services): ReadonlyMap<string, readonly string[]> {
  const known = indexes.get(services);
  if (known !== undefined) return known;
  const index = new Map<string, string[]>();
  for (const { name, dependsOn } of services.values()) {
    for (const other of new Set(dependsOn)) index.set(other, [...(index.get(other) ?? []), name]);
  }
  indexes.set(services, index);
  return index;
}
