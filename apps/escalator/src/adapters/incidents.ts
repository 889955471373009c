import type { Bucket } from '@cortex/bus';
import { escapeToken, stormTarget } from '@cortex/contracts';
import type { Incident, IncidentRecord } from '@cortex/contracts';
import type { ServiceContext } from '@cortex/service';

/** Enough for everything that is under way at once. */
const mostKnown = 1_000;

/** Incidents as decision's own records tell of them. */
export interface Incidents {
  /** The record now. One that cannot be read counts as unknown: then people are notified. */
  read(incidentId: string): Promise<Incident | undefined>;
  /** What was last read: what a page tells of while the store is away. */
  known(incidentId: string): Incident | undefined;
  /** Whether a storm goes on. Unreadable: no, then each incident is told of by itself. */
  isStormOn(): Promise<boolean>;
  /** An event brought a newer state. */
  learn(incident: Incident): void;
}

export function openIncidents(
  bucket: Bucket<IncidentRecord>,
  newest: Bucket<{ readonly incidentId: string }>,
  logger: ServiceContext['logger'],
): Incidents {
  const known = new Map<string, Incident>();
  const learn = (incident: Incident): void => {
    known.delete(incident.id);
    known.set(incident.id, incident);
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  };
  return {
    learn,
    async isStormOn() {
      try {
        const pointer = await newest.get(escapeToken(stormTarget.service));
        const storm = pointer === undefined ? undefined : (await bucket.get(pointer.value.incidentId))?.value.incident;
        return storm?.signals.some(({ active, target }) => active && target.instance === stormTarget.instance) === true;
      } catch (error) {
        logger.warn({ err: error }, 'whether there is a storm cannot be read; escalating as if there was none');
        return false;
      }
    },
    known: (incidentId) => known.get(incidentId),
    async read(incidentId) {
      try {
        const incident = (await bucket.get(incidentId))?.value.incident;
        if (incident !== undefined) learn(incident);
        return incident;
      } catch (error) {
        logger.warn({ incidentId, err: error }, 'the incident cannot be read; escalating without it');
        return undefined;
      }
    },
  };
}
