import type { Bucket, Consumption } from '@cortex/bus';
import type { Incident, IncidentRecord } from '@cortex/contracts';
import { notFound, type ApiProblem } from '../api/problems.ts';
import type { IncidentItem } from '@cortex/api';
import { byUrgency, incidentItem, isOpen } from './incident-item.ts';
import { nameById } from './name-by-id.ts';

export interface IncidentFilter {
  /** A status, or `active` for all that are not resolved. */
  readonly status?: string;
  readonly service?: string;
}

/** A live mirror of the list fields of the incident bucket. Whole records are read from the bucket on request. */
export interface IncidentIndex {
  list(filter?: IncidentFilter): readonly IncidentItem[];
  /** The full id for an id, or for a unique start of one or of its short form (at least 4 characters). */
  resolveId(idOrPrefix: string): string;
  load(idOrPrefix: string): Promise<Incident>;
  stop(): Promise<void>;
}

/** Resolved incidents beyond this many leave the mirror, oldest first; they can still be read by their full id. */
const resolvedKept = 5_000;

export async function startIncidentIndex(
  bucket: Bucket<IncidentRecord>,
  onInvalid: (key: string, error: Error) => void,
): Promise<IncidentIndex> {
  const items = new Map<string, IncidentItem>();
  const watching: Consumption = await bucket.watch(
    (key, entry) => {
      if (entry === undefined) items.delete(key);
      else items.set(key, incidentItem(entry.value.incident));
      if (items.size > resolvedKept + 1_000) forgetOldest(items);
    },
    { onInvalid },
  );

  function resolveId(idOrPrefix: string): string {
    const wanted = idOrPrefix.toLowerCase();
    if (items.has(wanted) || wanted.length === 36) return wanted;
    const named = nameById(wanted, [...items.values()], {
      kind: 'incident',
      id: (item) => item.id,
      title: (item) => `${item.service}: ${item.title}`,
    });
    if (named === undefined) throw unknownIncident(idOrPrefix);
    return named.id;
  }

  return {
    list(filter = {}) {
      return [...items.values()].filter((item) => matchesFilter(item, filter)).sort(byUrgency);
    },
    resolveId,
    async load(idOrPrefix) {
      const entry = await bucket.get(resolveId(idOrPrefix));
      if (entry === undefined) throw unknownIncident(idOrPrefix);
      return entry.value.incident;
    },
    stop: () => watching.stop(),
  };
}

function matchesFilter(item: IncidentItem, { status, service }: IncidentFilter): boolean {
  if (service !== undefined && item.service !== service) return false;
  if (status === undefined) return true;
  return status === 'active' ? isOpen(item) : item.status === status;
}

function forgetOldest(items: Map<string, IncidentItem>): void {
  const resolved = [...items.values()].filter((item) => !isOpen(item)).sort(byUrgency);
  for (const item of resolved.slice(resolvedKept)) items.delete(item.id);
}

function unknownIncident(id: string): ApiProblem {
  return notFound(
    'incident',
    id,
    'list them with GET /api/v1/incidents (cortex get incidents); 4 characters of an id are enough',
  );
}
