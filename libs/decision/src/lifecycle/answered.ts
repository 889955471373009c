import type { Attempt, Signal } from '@cortex/contracts';
import { anomalyRank } from '../levels.ts';
import type { Work } from '../record/work.ts';
import { isOnTarget, speaksOfAnother } from '../signals/triggering.ts';
import { msBetween } from '../time.ts';

/**
 * Whether a confirmed attempt answers this signal: it was raised for its targets, for what it heals, and is not new since.
 * `provedAt`: the last look that confirmed it.
 */
export function isAnsweredBy(work: Work, signal: Signal, attempt: Attempt, provedAt: string | undefined): boolean {
  return (
    isOnTarget(signal, attempt.targets) &&
    !speaksOfAnother(signal, attempt.playbookId, work.facts) &&
    !isNewSince(signal, attempt, provedAt)
  );
}

/**
 * Spec 8.3 `no_new_issues_detected`: a grave anomaly that began after the effect. Slight ones a restart itself stirs up, and
 * of the targets' health verification has made sure by their checks, up to its last look.
 */
export function isNewSince(signal: Signal, attempt: Attempt, provedAt: string | undefined): boolean {
  if (!isOnTarget(signal, attempt.targets)) return false;
  if (signal.kind === 'health') return provedAt !== undefined && msBetween(provedAt, signal.startedAt) > 0;
  if (attempt.completedAt === undefined) return false;
  const isGrave = anomalyRank(signal.severity ?? 'info') >= anomalyRank('high');
  return isGrave && msBetween(attempt.completedAt, signal.startedAt) > 0;
}

/**
 * Whether verification has seen this signal gone: its request named it. Of earlier requests, which named nothing, what it
 * answers counts as seen.
 */
export function isSeenGone({ memory: { remediation } }: Work, { key }: Signal): boolean {
  return remediation?.signals === undefined || remediation.signals.some((one) => one.key === key);
}
