import type { Service } from '@cortex/contracts';

type Services = ReadonlyMap<string, Service>;

/** How much there is of everything that can be affected. */
export interface CatalogueTotals {
  readonly users: number;
  readonly services: number;
  readonly instances: number;
}

/** A catalogue never changes, so one look over it serves every decision about it. */
const known = new WeakMap<Services, CatalogueTotals>();

export function totalsOf(services: Services): CatalogueTotals {
  const before = known.get(services);
  if (before !== undefined) return before;
  const totals = { users: 0, services: services.size, instances: 0 };
  for (const { users, instances } of services.values()) {
    totals.users += users ?? 0;
    totals.instances += instances.length;
  }
  known.set(services, totals);
  return totals;
}
