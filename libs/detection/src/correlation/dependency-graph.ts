import type { Service } from '@cortex/contracts';

/** The relation of another service to one: it is needed, it needs, or it is connected otherwise, such as a sibling. */
export type Relation = 'dependency' | 'dependant' | 'relative';

export interface Related {
  readonly hops: number;
  readonly relation: Relation;
}

/** The dependencies of the catalogue, as far as correlation uses them. */
export interface DependencyGraph {
  readonly services: ReadonlySet<string>;
  /** The other services within {@link maxHops} of this one. */
  relatedTo(service: string): ReadonlyMap<string, Related>;
}

/** Services further apart than this count as unrelated. */
export const maxHops = 3;
/**
 * Related services per service, the nearest first: around a hub that all of a large catalogue needs, further ones count
 * as unrelated.
 */
const maxRelated = 256;
/** Neighbourhoods cached. */
const maxRemembered = 2_000;

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

export function buildGraph(catalogue: readonly Pick<Service, 'name' | 'dependsOn'>[]): DependencyGraph {
  const down = new Map<string, Set<string>>();
  const up = new Map<string, Set<string>>();
  const both = new Map<string, Set<string>>();
  for (const { name, dependsOn } of catalogue) {
    for (const other of dependsOn) {
      connect(down, name, other);
      connect(up, other, name);
      connect(both, name, other);
      connect(both, other, name);
    }
  }
  const remembered = new Map<string, ReadonlyMap<string, Related>>();
  return {
    services: new Set(catalogue.map(({ name }) => name)),
    relatedTo(service) {
      const known = remembered.get(service);
      if (known !== undefined) return known;
      const needs = spread(service, down);
      const neededBy = spread(service, up);
      const related = new Map<string, Related>();
      for (const [name, hops] of spread(service, both)) {
        related.set(name, { hops, relation: relationOf(needs.has(name), neededBy.has(name)) });
      }
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(service, related);
      return related;
    },
  };
}

function connect(edges: Map<string, Set<string>>, from: string, to: string): void {
  edges.set(from, (edges.get(from) ?? new Set()).add(to));
}

function relationOf(isNeeded: boolean, needsIt: boolean): Relation {
  if (isNeeded) return 'dependency';
  return needsIt ? 'dependant' : 'relative';
}

/** The services that can be reached along the edges, with the least number of hops. */
function spread(start: string, edges: Edges): Map<string, number> {
  const hopsTo = new Map([[start, 0]]);
  for (const [name, hops] of hopsTo) {
    if (hops === maxHops) continue;
    for (const next of edges.get(name) ?? []) {
      if (hopsTo.size > maxRelated) break;
      if (!hopsTo.has(next)) hopsTo.set(next, hops + 1);
    }
  }
  hopsTo.delete(start);
  return hopsTo;
}
