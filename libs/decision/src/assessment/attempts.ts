import type { Attempt, Incident, Remediation } from '@cortex/contracts';
import { hasHelped } from '../record/has-helped.ts';
import type { Work } from '../record/work.ts';

/** Attempts that came to their end, or may have, and after which nothing recovered: what the limit of spec 5.4 counts. */
export function unsuccessfulAttempts(incident: Pick<Incident, 'attempts'>): Attempt[] {
  return incident.attempts.filter(
    (attempt) =>
      attempt.outcome !== 'refused' &&
      attempt.outcome !== 'stopped' &&
      attempt.outcome !== 'dry_run' &&
      !hasHelped(attempt),
  );
}

/** Uses that stand in the way of another: a dry run does for as long as the next would be one too. */
export function isUse({ outcome }: Attempt, isDryRun: boolean): boolean {
  return outcome !== 'refused' && outcome !== 'stopped' && (outcome !== 'dry_run' || isDryRun);
}

/** What it came to is known: that it ran to its end says nothing yet. */
export function isJudged({ outcome, verification }: Attempt): boolean {
  return outcome === 'succeeded' ? verification !== undefined : outcome !== undefined;
}

/** It changed something, or may have. */
export function isEffect({ outcome, steps }: Attempt): boolean {
  return outcome === 'succeeded' || steps.some((step) => step.outcome === 'succeeded' || step.outcome === 'ambiguous');
}

/** The request to be undone; undefined when there was no effect, no way back, or one was gone already. */
export function undoableBy({ memory }: Pick<Work, 'memory'>, attempt: Attempt): Remediation | undefined {
  const { remediation } = memory;
  const isGone = attempt.rollback !== undefined && attempt.rollback !== 'stopped';
  if (remediation?.executionId !== attempt.executionId || isGone) return undefined;
  return isEffect(attempt) && remediation.playbook.rollback.available ? remediation : undefined;
}
