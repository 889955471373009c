import type { Attempt, Incident } from '@cortex/contracts';

/** Attempts that did something, or may have, and were not confirmed by verification: what the limit of spec 5.4 counts. */
export function unsuccessfulAttempts(incident: Pick<Incident, 'attempts'>): Attempt[] {
  return incident.attempts.filter((attempt) => attempt.outcome !== 'refused' && attempt.verification !== 'SUCCESS');
}
