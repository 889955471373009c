import type { Bucket, Consumption } from '@cortex/bus';
import type { Incident, IncidentRecord } from '@cortex/contracts';
import { errorOf } from '@cortex/errors';
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
/** So many of the archive are in the mirror from the start. */
const archivedAtStart = 1_000;

export async function startIncidentIndex(
  bucket: Bucket<IncidentRecord>,
  archive: Bucket<Incident>,
  onInvalid: (key: string, error: Error) => void,
): Promise<IncidentIndex> {
  const items = new Map<string, IncidentItem>();
  const watching: Consumption = await bucket.watch(
    (key, entry) => {
      // One that is over went to the archive.
      if (entry === undefined && items.get(key)?.status !== 'resolved') items.delete(key);
      if (entry !== undefined) items.set(key, incidentItem(entry.value.incident));
      if (items.size > resolvedKept + 1_000) forgetOldest(items);
    },
    { onInvalid },
  );

  const readingArchive = readNewest().catch((error: unknown) => onInvalid('archive', errorOf(error)));

  async function readNewest(): Promise<void> {
    for (const { key, value } of await archive.newest(archivedAtStart)) {
      if (!items.has(key)) items.set(key, incidentItem(value));
    }
  }

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
      const id = resolveId(idOrPrefix);
      const incident = (await bucket.get(id))?.value.incident ?? (await archive.get(id))?.value;
      if (incident === undefined) throw unknownIncident(idOrPrefix);
      return incident;
    },
    async stop() {
      await watching.stop();
      await readingArchive;
    },
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
