import type { Service } from '@cortex/contracts';

type Services = ReadonlyMap<string, Service>;

/** What every decision wants to know of the whole catalogue. */
export interface CatalogueIndex {
  readonly totals: { readonly users: number; readonly services: number; readonly instances: number };
  /** Names of the services that depend directly on one, in the catalogue's order. */
  readonly directDependants: ReadonlyMap<string, readonly string[]>;
}

/** A catalogue never changes, so one look over it serves every decision about it. */
const indexes = new WeakMap<Services, CatalogueIndex>();

export function indexOf(services: Services): CatalogueIndex {
  const known = indexes.get(services);
  if (known !== undefined) return known;
  const index = buildIndex(services);
  indexes.set(services, index);
  return index;
}

function buildIndex(services: Services): CatalogueIndex {
  const totals = { users: 0, services: services.size, instances: 0 };
  const directDependants = new Map<string, string[]>();
  for (const { name, users, instances, dependsOn } of services.values()) {
    totals.users += users ?? 0;
    totals.instances += instances.length;
    for (const other of new Set(dependsOn)) {
      directDependants.set(other, [...(directDependants.get(other) ?? []), name]);
    }
  }
  return { totals, directDependants };
}
