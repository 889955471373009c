import { worseSeverity } from '../levels.ts';
import { type Work, activeSignals, change, remember } from '../record/work.ts';
import { affectedBy } from './affected.ts';
import { assess, rootCauseOf } from './assess.ts';
import { findRaises } from './auto-escalation.ts';
import { unsuccessfulAttempts } from './attempts.ts';
import { blastRadiusOf } from './blast-radius.ts';
import { activityOf, trendOf } from './severity.ts';
import { trackTriggers } from './triggers.ts';

/** Looks at the signals anew: what is affected, how far, why, how bad. Severity only ever rises. */
export function reassess(work: Work): void {
  const { facts, now } = work;
  const activity = activityOf(work.incident);
  const trend = trendOf(work.memory.activity, activity, work.memory.trend);
  const triggerSince = trackTriggers(facts.playbooks, work.incident, work.memory.triggerSince, now);
  remember(work, { activity, trend, triggerSince });
  work.assessment = undefined;
  if (activeSignals(work.incident).length === 0) return;
  const rootCause = rootCauseOf(work);
  const affected = affectedBy(work.incident, facts);
  const blastRadius = blastRadiusOf(affected, work.incident.service, facts);
  change(work, { affected, cause: rootCause.cause, blastRadius });
  work.assessment = assess(work, rootCause);
  const before = work.incident.severity;
  const { harm, score } = work.assessment;
  const { isHarmful, reason } = harm;
  change(work, {
    severity: worseSeverity(before, score.severity),
    harm: { isHarmful, reason: reason.slice(0, 4_000) },
  });
  if (isHarmful) raise(work);
  if (work.incident.severity !== before) work.changes.push(`severity rose from ${before} to ${work.incident.severity}`);
}

/** The triggers of spec 5.4 that hold now: each once. */
function raise(work: Work): void {
  const unsuccessful = unsuccessfulAttempts(work.incident).filter((attempt) => attempt.outcome !== undefined).length;
  for (const one of findRaises(work.incident, work.memory, unsuccessful, work.facts.safety.maxAttempts)) {
    remember(work, { raised: [...work.memory.raised, one.trigger] });
    change(work, { severity: worseSeverity(work.incident.severity, one.severity) }, one.reason);
  }
}
