import type { Incident } from '@cortex/contracts';
import type { PastIncident } from './model/facts.ts';

/** What later incidents of the service want to know of this one. */
export function pastIncidentOf(incident: Omit<Incident, 'decisions'>): PastIncident {
  const uses = incident.attempts
    .filter((attempt) => attempt.outcome !== 'refused' && attempt.outcome !== undefined)
    .map((attempt) => ({
      playbookId: attempt.playbookId,
      targets: attempt.targets,
      endedAt: attempt.completedAt ?? attempt.requestedAt,
      confirmed: attempt.verification === 'SUCCESS',
    }));
  return { incidentId: incident.id, cause: incident.cause, openedAt: incident.openedAt, uses };
}
