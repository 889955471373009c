import type { Attempt, Signal } from '@cortex/contracts';
import { anomalyRank } from '../levels.ts';
import type { Work } from '../record/work.ts';
import { msBetween } from '../time.ts';

/**
 * Whether a confirmed attempt answers this signal: it was raised for its targets, for what it heals, and is not new since.
 * `provedAt`: the last look that confirmed it.
 */
export function isAnsweredBy(work: Work, signal: Signal, attempt: Attempt, provedAt: string | undefined): boolean {
  return (
    isOnTarget(signal, attempt) && !speaksOfAnother(work, signal, attempt) && !isNewSince(signal, attempt, provedAt)
  );
}

/**
 * Spec 8.3 `no_new_issues_detected`: a grave anomaly that began after the effect. Slight ones a restart itself stirs up, and
 * of the targets' health verification has made sure by their checks, up to its last look.
 */
export function isNewSince(signal: Signal, attempt: Attempt, provedAt: string | undefined): boolean {
  if (!isOnTarget(signal, attempt)) return false;
  if (signal.kind === 'health') return provedAt !== undefined && msBetween(provedAt, signal.startedAt) > 0;
  if (attempt.completedAt === undefined) return false;
  const isGrave = anomalyRank(signal.severity ?? 'info') >= anomalyRank('high');
  return isGrave && msBetween(attempt.completedAt, signal.startedAt) > 0;
}

function isOnTarget({ target: { instance } }: Signal, { targets }: Attempt): boolean {
  return instance === undefined || targets.some((target) => target.instance === instance);
}

/** A signal that another playbook's trigger raised was not what this attempt was for. */
function speaksOfAnother(work: Work, { triggers = [] }: Signal, attempt: Attempt): boolean {
  const known = triggers.filter((id) => work.facts.playbooks.some((playbook) => playbook.id === id));
  return known.length > 0 && !known.includes(attempt.playbookId);
}
