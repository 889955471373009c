import type { Attempt, Incident } from '@cortex/contracts';

/** The targets recovered, whatever came after that. */
export function hasHelped({ verification, relapsed }: Attempt): boolean {
  return verification === 'SUCCESS' || relapsed === true;
}

/** Attempts that did something, or may have, and after which nothing recovered: what the limit of spec 5.4 counts. */
export function unsuccessfulAttempts(incident: Pick<Incident, 'attempts'>): Attempt[] {
  return incident.attempts.filter((attempt) => attempt.outcome !== 'refused' && !hasHelped(attempt));
}
