import type { IncidentSeverity, Recurrence } from '@cortex/contracts';
import { worstSeverity } from '../levels.ts';
import type { PastIncident } from '../model/facts.ts';
import { type Work, activeSignals } from '../record/work.ts';
import { troublesOf } from '../signals/troubles.ts';
import { earliest, latest, msBetween } from '../time.ts';
import { affectedInstances } from './affected.ts';
import { hasHelped } from '../record/has-helped.ts';

/** Trouble that comes back within this time after a fix that held is the same trouble. */
const sameTroubleMs = 60 * 60_000;

/** How often the trouble of this incident has come back to the same target after it was gone. Undefined: it is new. */
export function recurrenceOf(work: Work): Recurrence | undefined {
  const { incident, facts } = work;
  if (activeSignals(incident).length === 0) return incident.recurrence;
  const past = fixesBefore(work);
  const own = incident.attempts
    .filter(hasHelped)
    .map(({ targets, completedAt, requestedAt }) => ({ targets, endedAt: completedAt ?? requestedAt }));
  const fixes = [...past.flatMap(({ uses }) => uses.filter(({ recovered }) => recovered)), ...own];
  const perInstance = affectedInstances(incident, facts).map((instance) =>
    fixes
      .filter(({ targets }) => targets.some((target) => target.instance === instance))
      .filter(({ endedAt }) => msBetween(endedAt, work.now) <= sameTroubleMs)
      .map(({ endedAt }) => endedAt),
  );
  const [first, ...rest] = perInstance.reduce((most, ends) => (ends.length > most.length ? ends : most), []);
  if (first === undefined) return undefined;
  const told = [incident.recurrence?.toldAt, ...past.map(({ recurrenceToldAt }) => recurrenceToldAt)];
  const [toldAt, ...others] = told.filter((at) => at !== undefined);
  return {
    times: rest.length + 1,
    since: earliest(first, ...rest),
    ...(toldAt === undefined ? {} : { toldAt: latest(toldAt, ...others) }),
  };
}

/** The worst severity under which humans heard of this trouble before it came back. */
export function toldBefore(work: Work): IncidentSeverity | undefined {
  if (work.incident.recurrence === undefined) return undefined;
  return worstSeverity(fixesBefore(work).flatMap(({ told }) => told ?? []));
}

/** Incidents of the same trouble that ended within the span. */
function fixesBefore({ facts, incident, now }: Work): readonly PastIncident[] {
  const present = new Set(troublesOf(incident.signals));
  return facts.history.filter(
    ({ endedAt, openedAt, troubles = [] }) =>
      troubles.some((one) => present.has(one)) && msBetween(endedAt ?? openedAt, now) <= sameTroubleMs,
  );
}
