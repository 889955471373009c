import { assessmentOf } from '../assessment/assess.ts';
import { toldBefore } from '../assessment/recurrence.ts';
import { severityRank } from '../levels.ts';
import { type Work, activeSignals, change, remember } from '../record/work.ts';
import { msBetween } from '../time.ts';
import { isWaitingForChecks } from '../verdict/checks-pending.ts';
import { callHumans } from './escalate.ts';

/** So often the same trouble comes back before humans are told to look for its cause. */
const recurrencesUntilTold = 3;

/** What on-call hears of at once, beside whatever Cortex does. */
export function tellOnCall(work: Work): void {
  if (work.incident.status === 'resolved' || isWaitingForChecks(work)) return;
  if (assessmentOf(work).silence !== undefined) return;
  tellOfFreeze(work);
  tellOfRecurrence(work);
  tellOfSeverity(work);
}

/** A frozen target is in nobody's hands: told once, whatever was told before. */
function tellOfFreeze(work: Work): void {
  if (work.memory.held?.by !== 'flapping' || work.memory.frozenTold === true) return;
  remember(work, { frozenTold: true, waitingTold: true });
  callHumans(
    work,
    `${work.incident.severity}: ${work.incident.title}: ${work.incident.decisions.at(-1)?.reason ?? ''}`,
  );
}

/** What is healed again and again wants its cause found: told once an hour, not each time as if it were new. */
function tellOfRecurrence(work: Work): void {
  const { recurrence, severity, title } = work.incident;
  if (recurrence === undefined || recurrence.toldAt !== undefined || recurrence.times < recurrencesUntilTold) return;
  const minutes = Math.max(1, Math.round(msBetween(recurrence.since, work.now) / 60_000));
  change(work, { recurrence: { ...recurrence, toldAt: work.now } });
  const often = `it came back ${recurrence.times} times within ${minutes} min, and was healed each time`;
  callHumans(work, `${severity}, recurring: ${title}; ${often}: its cause is still there`);
}

/**
 * SEV1 and SEV0 (spec 5.2) and a target that is CRITICAL (2.4), again only when it gets worse. Of trouble that comes back
 * humans know already. What is with humans is told whenever it gets worse.
 */
function tellOfSeverity(work: Work): void {
  const { severity, status } = work.incident;
  const isWithHumans = status === 'escalated' && work.memory.notified !== undefined;
  const isUrgent = severityRank(severity) <= severityRank('SEV1') || isWithHumans;
  if (!isUrgent && !activeSignals(work.incident).some((signal) => signal.healthState === 'CRITICAL')) return;
  const told = work.memory.notified ?? toldBefore(work);
  // That it comes back and is healed each time was told; that it counts for worse by that is no news.
  const isKnown = work.incident.recurrence?.toldAt !== undefined && told !== undefined;
  if (isKnown && severityRank(told) <= severityRank('SEV1')) return;
  if (told !== undefined && severityRank(told) <= severityRank(severity)) return;
  const raised = work.memory.raised.length === 0 ? '' : ` (${work.memory.raised.join(', ')})`;
  callHumans(work, `${severity}: ${work.incident.title}${raised}`);
}
