import { assessmentOf } from '../assessment/assess.ts';
import { severityRank } from '../levels.ts';
import { type Work, activeSignals } from '../record/work.ts';
import { isWaitingForChecks } from '../verdict/checks-pending.ts';
import { callHumans } from './escalate.ts';

/**
 * SEV1 and SEV0 (spec 5.2), a target that is CRITICAL (2.4) and one that flaps, so that nothing is done to it, are told at
 * once, beside whatever Cortex does; again only when it gets worse. What is with humans is told whenever it gets worse.
 */
export function tellOnCall(work: Work): void {
  const { severity, status } = work.incident;
  if (status === 'resolved' || isWaitingForChecks(work)) return;
  if (assessmentOf(work).silence !== undefined) return;
  const told = work.memory.notified;
  const isUrgent =
    severityRank(severity) <= severityRank('SEV1') ||
    work.memory.held?.by === 'flapping' ||
    (status === 'escalated' && told !== undefined);
  if (!isUrgent && !activeSignals(work.incident).some((signal) => signal.healthState === 'CRITICAL')) return;
  if (told !== undefined && severityRank(told) <= severityRank(severity)) return;
  const raised = work.memory.raised.length === 0 ? '' : ` (${work.memory.raised.join(', ')})`;
  callHumans(work, `${severity}: ${work.incident.title}${raised}`);
}
