import type { BreakerRecord } from '@cortex/contracts';
import { recordOutcome } from '@cortex/suppression';
import type { Work } from '../record/work.ts';

/** The breaker as it stands with what this very step counted. */
export function breakerOf(work: Work, playbookId: string): BreakerRecord | undefined {
  return work.breakerOutcomes
    .filter((outcome) => outcome.playbookId === playbookId)
    .reduce<BreakerRecord | undefined>(
      (breaker, outcome) => recordOutcome(breaker, outcome, work.facts.safety.breaker),
      work.facts.breakers.get(playbookId),
    );
}
