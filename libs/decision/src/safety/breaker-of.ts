import { type BreakerRecord, breakerKey } from '@cortex/contracts';
import { recordOutcome } from '@cortex/suppression';
import type { Work } from '../record/work.ts';

/**
 * The breaker of a playbook on the incident's service, as it stands with what this very step counted. One of an earlier version
 * holds for every service while it is open.
 */
export function breakerOf(work: Work, playbookId: string): BreakerRecord | undefined {
  const { breakers, safety } = work.facts;
  const ofAll = breakers.get(breakerKey(playbookId));
  if (ofAll?.state === 'open') return ofAll;
  return work.breakerOutcomes
    .filter((outcome) => outcome.playbookId === playbookId)
    .reduce<BreakerRecord | undefined>(
      (breaker, outcome) => recordOutcome(breaker, outcome, safety.breaker),
      breakers.get(breakerKey(playbookId, work.incident.service)),
    );
}
