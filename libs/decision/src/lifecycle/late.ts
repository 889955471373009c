import type { Attempt } from '@cortex/contracts';
import { recordDecision } from '../moves/record-decision.ts';
import { type Work, noteChange } from '../record/work.ts';

/** With humans, who were not called for want of a move: an answer that comes now comes beside them. */
export function isTakenOver({ incident, memory }: Work): boolean {
  if (incident.status !== 'escalated') return false;
  return incident.acknowledgedBy !== undefined || memory.escalatedFor !== 'no_move';
}

/** What an execution came to after humans had taken over is told, and nothing follows from it. */
export function noteLate(work: Work, attempt: Attempt, what: string): void {
  const { acknowledgedBy } = work.incident;
  const who = acknowledgedBy === undefined ? 'humans were called' : `${acknowledgedBy} has taken this incident`;
  const reason = `${what}, late: ${who}, so Cortex runs nothing`;
  noteChange(work, reason);
  recordDecision(work, { outcome: 'escalate', code: 'with_humans', reason, subject: attempt });
}
