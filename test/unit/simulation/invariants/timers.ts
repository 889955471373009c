import { escapeToken, incidentBucket, openIncidentBucket, timerBucket } from '@cortex/contracts';
import { timersOf } from '@cortex/decision';
import type { Site } from '../site.ts';
import type { Invariants } from './invariant.ts';

/** Two sweeps, and what has just come due is on its way. */
const keptWithinMs = 25_000;

/** What follows from the records of incidents, whoever stood still or died after writing them. */
export const ofTimers: Invariants = {
  'INV-8 no record relies for long on a timer that is not there': everyTimerIsThere,
};

function everyTimerIsThere(site: Site): readonly string[] {
  const { nowMs } = site.scheduler;
  const isBlind = site.blind.some(
    ({ process, untilMs }) => (process === 'all' || process.startsWith('decision')) && untilMs + keptWithinMs > nowMs,
  );
  if (isBlind) return [];
  const newest = new Set(site.values(openIncidentBucket).map(([, { incidentId }]) => incidentId));
  const lastWrittenMs = new Map(site.written.map(({ id, atMs }) => [id, atMs]));
  return site.values(incidentBucket).flatMap(([id, record]) => {
    if (!newest.has(id) || record.incident.status === 'resolved') return [];
    if ((lastWrittenMs.get(id) ?? nowMs) + keptWithinMs > nowMs) return [];
    return timersOf(record).flatMap(({ key, dueAt }) => {
      if (Date.parse(dueAt) + keptWithinMs > nowMs && Date.parse(dueAt) <= nowMs) return [];
      const stored = site.value(timerBucket, `decision.${escapeToken(key)}`);
      return stored?.dueAt === dueAt ? [] : [`${key}, due at ${dueAt}: ${stored?.dueAt ?? 'none'} is set`];
    });
  });
}
