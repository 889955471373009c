import type { Incident } from '@cortex/contracts';
import { hasHelped } from './assessment/attempts.ts';
import { worseSeverity } from './levels.ts';
import type { PastIncident } from './model/facts.ts';
import { troublesOf } from './signals/troubles.ts';

/** What later incidents of the service want to know of this one. */
export function pastIncidentOf(incident: Omit<Incident, 'decisions'>): PastIncident {
  const uses = incident.attempts
    .filter((attempt) => attempt.outcome !== 'refused' && attempt.outcome !== undefined)
    .map((attempt) => ({
      playbookId: attempt.playbookId,
      targets: attempt.targets,
      endedAt: attempt.completedAt ?? attempt.requestedAt,
      confirmed: attempt.verification === 'SUCCESS',
      recovered: hasHelped(attempt),
    }));
  const { id, cause, openedAt, escalations, recurrence, resolution } = incident;
  const [first, ...others] = escalations.map(({ severity }) => severity);
  return {
    incidentId: id,
    cause,
    openedAt,
    uses,
    troubles: troublesOf(incident.signals),
    ...(resolution === undefined ? {} : { endedAt: resolution.at }),
    ...(first === undefined ? {} : { told: others.reduce(worseSeverity, first) }),
    ...(recurrence?.toldAt === undefined ? {} : { recurrenceToldAt: recurrence.toldAt }),
  };
}
