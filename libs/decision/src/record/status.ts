import type { IncidentStatus } from '@cortex/contracts';
import { type Work, noteChange } from './work.ts';

/** Where an incident may go from each status. Staying is no change. */
export const statusChanges: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  // What a stop left half-done is undone when it ends.
  open: ['awaiting_approval', 'remediating', 'rolling_back', 'monitoring', 'escalated', 'resolved'],
  awaiting_approval: ['open', 'remediating', 'monitoring', 'escalated', 'resolved'],
  // The verification may overtake the word of the executor, so what follows verifying may follow here.
  remediating: ['verifying', 'rolling_back', 'open', 'monitoring', 'escalated', 'resolved'],
  verifying: ['rolling_back', 'open', 'monitoring', 'escalated', 'resolved'],
  rolling_back: ['open', 'escalated', 'resolved'],
  monitoring: ['open', 'awaiting_approval', 'remediating', 'rolling_back', 'escalated', 'resolved'],
  // Answers that come after their deadline count, and a playbook that fits later may still run.
  escalated: ['open', 'awaiting_approval', 'remediating', 'verifying', 'rolling_back', 'monitoring', 'resolved'],
  resolved: [],
};

/** The only way to change an incident's status. Throws on a change that the table does not have. */
export function moveTo(work: Work, status: IncidentStatus, what?: string): void {
  const from = work.incident.status;
  if (from !== status) {
    if (!statusChanges[from].includes(status)) {
      throw new TypeError(`an incident cannot go from ${from} to ${status}`);
    }
    work.incident = { ...work.incident, status };
  }
  if (what !== undefined) noteChange(work, what);
}
