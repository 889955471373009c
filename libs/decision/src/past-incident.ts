import type { Incident } from '@cortex/contracts';
import { hasHelped } from './record/has-helped.ts';
import { worstSeverity } from './levels.ts';
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
      ...(attempt.outcome === 'dry_run' ? { isDryRun: true } : {}),
    }));
  const { id, cause, openedAt, escalations, recurrence, resolution } = incident;
  const told = worstSeverity(escalations.map(({ severity }) => severity));
  return {
    incidentId: id,
    cause,
    openedAt,
    uses,
    troubles: troublesOf(incident.signals),
    ...(resolution === undefined ? {} : { endedAt: resolution.at }),
    ...(told === undefined ? {} : { told }),
    ...(recurrence?.toldAt === undefined ? {} : { recurrenceToldAt: recurrence.toldAt }),
  };
}
