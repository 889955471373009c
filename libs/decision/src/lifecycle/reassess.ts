import { findRaises } from '../assessment/auto-escalation.ts';
import { affectedBy } from '../assessment/affected.ts';
import { blastRadiusOf } from '../assessment/blast-radius.ts';
import { findRootCause } from '../assessment/root-cause.ts';
import { activityOf, scoreSeverity, trendOf } from '../assessment/severity.ts';
import { worseSeverity } from '../levels.ts';
import { type Work, activeSignals, change, remember } from '../record/work.ts';
import { unsuccessfulAttempts } from '../selection/limits.ts';
import { trackTriggers } from '../selection/triggers.ts';

/** Looks at the signals anew: what is affected, how far, why, how bad. Severity only ever rises. */
export function reassess(work: Work): void {
  const { facts, now } = work;
  const activity = activityOf(work.incident);
  const trend = trendOf(work.memory.activity, activity, work.memory.trend);
  const triggerSince = trackTriggers(facts.playbooks, work.incident, work.memory.triggerSince, now);
  remember(work, { activity, trend, triggerSince });
  if (activeSignals(work.incident).length === 0) return;
  const { cause } = findRootCause(work.incident, facts);
  const affected = affectedBy(work.incident, facts);
  change(work, { affected, cause, blastRadius: blastRadiusOf(affected, work.incident.service, facts) });
  const before = work.incident.severity;
  const { severity } = scoreSeverity(work.incident, facts, trend, now);
  change(work, { severity: worseSeverity(before, severity) });
  raise(work);
  if (work.incident.severity !== before) work.changes.push(`severity rose from ${before} to ${work.incident.severity}`);
}

/** The triggers of spec 5.4 that hold now: each once. */
export function raise(work: Work): void {
  const unsuccessful = unsuccessfulAttempts(work.incident).filter((attempt) => attempt.outcome !== undefined).length;
  for (const one of findRaises(work.incident, work.memory, unsuccessful, work.facts.safety.maxAttempts)) {
    remember(work, { raised: [...work.memory.raised, one.trigger] });
    change(work, { severity: worseSeverity(work.incident.severity, one.severity) }, one.reason);
  }
}
