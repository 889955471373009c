import { worseSeverity } from '../levels.ts';
import { setSeverity } from '../record/severity.ts';
import { type Work, activeSignals, change, noteChange, remember } from '../record/work.ts';
import { msBetween } from '../time.ts';
import { affectedBy } from './affected.ts';
import { assess, rootCauseOf } from './assess.ts';
import { findRaises } from './auto-escalation.ts';
import { isJudged, unsuccessfulAttempts } from './attempts.ts';
import { blastRadiusOf } from './blast-radius.ts';
import { recurrenceOf } from './recurrence.ts';
import { activityOf, trendOf } from './severity.ts';
import { titleOf } from './title.ts';
import { trackTriggers } from './triggers.ts';

/** Looks at the signals anew: what is affected, how far, why, how bad. Severity only ever rises. */
export function reassess(work: Work): void {
  const { facts, now } = work;
  const activity = activityOf(work.incident);
  const known = isTrendOver(work) ? 'stable' : work.memory.trend;
  const trend = trendOf(work.memory.activity, activity, known);
  const triggerSince = trackTriggers(facts.playbooks, work.incident, work.memory.triggerSince, now);
  const before = work.memory.activity;
  const isMoved = before !== undefined && (before.active !== activity.active || before.worst !== activity.worst);
  const trendFrom = isMoved ? { trendFrom: { at: now, before, after: activity } } : {};
  remember(work, { activity, trend, triggerSince, ...trendFrom });
  work.assessment = undefined;
  if (activeSignals(work.incident).length === 0) return;
  const rootCause = rootCauseOf(work);
  const affected = affectedBy(work.incident, facts);
  const blastRadius = blastRadiusOf(work.incident, affected, facts);
  const title = titleOf(work.incident, facts.safety.settlingMs) ?? work.incident.title;
  change(work, { title, affected, cause: rootCause.cause, blastRadius });
  const recurrence = recurrenceOf(work);
  if (recurrence !== undefined) change(work, { recurrence });
  work.assessment = assess(work, rootCause);
  const { severity } = work.incident;
  const { harm, score } = work.assessment;
  const { isHarmful, reason } = harm;
  change(work, { harm: { isHarmful, reason: reason.slice(0, 4_000) } });
  setSeverity(work, worseSeverity(severity, score.severity), `its score was ${score.score}`);
  if (isHarmful) raise(work);
  if (work.incident.severity !== severity)
    noteChange(work, `severity rose from ${severity} to ${work.incident.severity}`);
}

/** What got worse this long ago, and has stayed as it is since, is not getting worse. */
const trendHoldsMs = 10 * 60_000;

function isTrendOver({ memory: { trendFrom }, now }: Work): boolean {
  return trendFrom !== undefined && msBetween(trendFrom.at, now) >= trendHoldsMs;
}

/** The triggers of spec 5.4 that hold now: each once. */
function raise(work: Work): void {
  const unsuccessful = unsuccessfulAttempts(work.incident).filter(isJudged).length;
  for (const one of findRaises(work.incident, work.memory, unsuccessful, work.facts.safety.maxAttempts)) {
    remember(work, { raised: [...work.memory.raised, one.trigger] });
    setSeverity(work, worseSeverity(work.incident.severity, one.severity), one.reason);
    noteChange(work, one.reason);
  }
}
