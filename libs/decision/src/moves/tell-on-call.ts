import { assessmentOf } from '../assessment/assess.ts';
import { isJudged, unsuccessfulAttempts } from '../assessment/attempts.ts';
import { toldBefore } from '../assessment/recurrence.ts';
import { severityRank, worstSeverity } from '../levels.ts';
import { type Work, activeSignals, change, remember } from '../record/work.ts';
import { msBetween } from '../time.ts';
import { isWaitingForChecks } from '../verdict/checks-pending.ts';
import { callHumans } from './escalate.ts';

/** So often the same trouble comes back before humans are told to look for its cause. */
const recurrencesUntilTold = 3;

/** What on-call hears of at once, beside whatever Cortex does. */
export function tellOnCall(work: Work): void {
  if (work.incident.status === 'resolved' || isWaitingForChecks(work) || isWaitingForSource(work)) return;
  if (assessmentOf(work).silence !== undefined) return;
  tellOfFreeze(work);
  tellOfRecurrence(work);
  tellOfSeverity(work);
}

/** What may be over is told when its source stays silent. */
function isWaitingForSource({ incident, memory }: Work): boolean {
  return incident.status === 'open' && memory.held?.by === 'source';
}

/** A frozen target is in nobody's hands: told once, whatever was told before. */
function tellOfFreeze(work: Work): void {
  if (work.memory.held?.by !== 'flapping' || work.memory.frozenTold === true) return;
  remember(work, { frozenTold: true, waitingTold: true });
  callHumans(
    work,
    `${work.incident.severity}: ${work.incident.title}: ${work.incident.decisions.at(-1)?.reason ?? ''}`,
    { asks: 'look at what is frozen' },
  );
}

/** What is healed again and again wants its cause found: told once an hour, not each time as if it were new. */
function tellOfRecurrence(work: Work): void {
  const { recurrence, severity, title } = work.incident;
  if (recurrence === undefined || recurrence.toldAt !== undefined || recurrence.times < recurrencesUntilTold) return;
  const minutes = Math.max(1, Math.round(msBetween(recurrence.since, work.now) / 60_000));
  change(work, { recurrence: { ...recurrence, toldAt: work.now } });
  const often = `it came back ${recurrence.times} times within ${minutes} min, and was healed each time`;
  callHumans(work, `${severity}, recurring: ${title}; ${often}: its cause is still there`, {
    asks: 'find the cause of what comes back',
    withoutHold: true,
  });
}

/**
 * SEV1 and SEV0 (spec 5.2) and a target that is CRITICAL (2.4), again only when it gets worse. Of trouble that comes back
 * and is healed each time humans know already. What is with humans is told whenever it gets worse.
 */
function tellOfSeverity(work: Work): void {
  const { severity, status } = work.incident;
  const isWithHumans = status === 'escalated' && work.memory.notified !== undefined;
  const isUrgent = severityRank(severity) <= severityRank('SEV1') || isWithHumans;
  if (!isUrgent && !activeSignals(work.incident).some((signal) => signal.healthState === 'CRITICAL')) return;
  const before = isHeldUp(work) || hasFailed(work) ? undefined : toldBefore(work);
  const told = worstSeverity([work.memory.notified, before].filter((one) => one !== undefined));
  if (told !== undefined && severityRank(told) <= severityRank(severity)) return;
  const raised = work.memory.raised.length === 0 ? '' : ` (${work.memory.raised.join(', ')})`;
  callHumans(work, `${severity}: ${work.incident.title}${raised}`);
}

/** Nothing is done about it, which nobody asked for; of a storm as a whole people are told in one page. */
function isHeldUp({ incident, memory }: Work): boolean {
  if (incident.status !== 'open' || memory.held === undefined) return false;
  return !['silence', 'trigger', 'checks', 'source', 'storm'].includes(memory.held.by);
}

/** An attempt on this very incident did not help: it is not healed as it was before. */
function hasFailed({ incident }: Work): boolean {
  return unsuccessfulAttempts(incident).some(isJudged);
}
