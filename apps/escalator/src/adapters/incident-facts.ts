import type { Bucket } from '@cortex/bus';
import type { IncidentRecord } from '@cortex/contracts';
import type { IncidentFacts } from '@cortex/escalation';
import type { ServiceContext } from '@cortex/service';

export type ReadIncidentFacts = (incidentId: string) => Promise<IncidentFacts | undefined>;

/** What decision's own record says of an incident. An unreadable record counts as unknown: then people are notified. */
export function openIncidentFacts(bucket: Bucket<IncidentRecord>, logger: ServiceContext['logger']): ReadIncidentFacts {
  return async (incidentId) => {
    try {
      const incident = (await bucket.get(incidentId))?.value.incident;
      if (incident === undefined) return undefined;
      const { acknowledgedBy: by, acknowledgedAt: at, resolution } = incident;
      return {
        ...(by === undefined || at === undefined ? {} : { acknowledged: { by, at } }),
        ...(incident.status === 'resolved' ? { resolvedAt: resolution?.at ?? incident.updatedAt } : {}),
      };
    } catch (error) {
      logger.warn({ incidentId, err: error }, 'the incident cannot be read; escalating without it');
      return undefined;
    }
  };
}
