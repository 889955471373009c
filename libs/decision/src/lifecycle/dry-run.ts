import type { Attempt } from '@cortex/contracts';
import { recordDecision } from '../moves/record-decision.ts';
import { escalate } from '../moves/escalate.ts';
import { setTimer } from '../record/timers.ts';
import type { Work } from '../record/work.ts';
import { addMs } from '../time.ts';

/** Cortex has said what it would do: people do it, or turn dry run off. */
export function onDryRun(work: Work, attempt: Attempt): void {
  const reason = `dry run of ${attempt.playbookId}: nothing was changed`;
  recordDecision(work, { outcome: 'advise', code: 'dry_run', reason, subject: attempt });
  escalate(work, 'dry_run', reason);
  awaitEndOfDryRun(work);
}

/** Nobody tells the incident that dry run was turned off: it looks itself. */
export function awaitEndOfDryRun(work: Work): void {
  const { incident, memory, facts, now } = work;
  if (incident.status !== 'escalated' || incident.acknowledgedBy !== undefined || memory.escalatedFor !== 'dry_run')
    return;
  setTimer(work, 'reevaluate', 'reevaluate', addMs(now, facts.safety.holdRetryMs));
}
