import { prolongedMs } from '../assessment/auto-escalation.ts';
import { assessmentOf } from '../assessment/assess.ts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import { raisedSeverity } from '../levels.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { onQuiet } from '../moves/clear.ts';
import { callHumans } from '../moves/escalate.ts';
import { consumeTimer, setTimer } from '../record/timers.ts';
import { setSeverity } from '../record/severity.ts';
import { type Work, activeSignals, noteChange, remember } from '../record/work.ts';
import { addMs } from '../time.ts';

import { onApprovalExpiry } from './on-approval.ts';
import { mayDecide } from './may-decide.ts';
import { awaitEndOfDryRun } from './dry-run.ts';
import { onDeadline } from './on-deadline.ts';
import { afterSilence } from './on-silence.ts';
import { onMonitoringEnd } from './on-verified.ts';

/** What this incident told its future self. One that fired is off the list even when it does not matter any more. */
export function onTimer(work: Work, input: InputOf<'timer.due'>): IgnoreReason | undefined {
  if (!consumeTimer(work, input.data.key, input.data.dueAt)) return 'timer_replaced';
  onDue(work, input);
  return undefined;
}

function onDue(work: Work, { data }: InputOf<'timer.due'>): void {
  const text = (name: string): string => String(data.payload[name] ?? '');
  switch (data.purpose) {
    case 'reevaluate':
      return onReevaluate(work, text('name'));
    case 'approval_expiry':
      return onApprovalExpiry(work, text('approvalId'));
    case 'monitoring_end':
      return onMonitoringEnd(work, text('executionId'));
    case 'execution_deadline':
      return onDeadline(work, text('executionId'), text('phase'));
    default:
  }
}

function onReevaluate(work: Work, name: string): void {
  if (name === 'quiet') return onQuiet(work);
  if (name === 'prolonged') return onProlonged(work);
  if (name === 'postponed') return afterSilence(work);
  if (work.incident.status !== 'open' && work.incident.status !== 'escalated') return;
  if (!mayDecide(work)) return awaitEndOfDryRun(work);
  reassess(work);
  decide(work);
}

/**
 * Spec 5.4 `prolonged_degradation`: one level, each time, until a human has taken it. At SEV0 there is no further level, and
 * humans are still asked for: a call of before may be lost with its record.
 */
function onProlonged(work: Work): void {
  if (work.incident.acknowledgedBy !== undefined) return;
  setTimer(work, 'prolonged', 'reevaluate', addMs(work.now, prolongedMs));
  if (activeSignals(work.incident).length === 0) return;
  const { silence, harm } = assessmentOf(work);
  if (silence !== undefined || !harm.isHarmful) return;
  setSeverity(work, raisedSeverity(work.incident.severity), 'Issue not resolved within SLA');
  noteChange(work, 'Issue not resolved within SLA');
  remember(work, { raised: [...new Set([...work.memory.raised, 'prolonged_degradation'])] });
  callHumans(work, 'Issue not resolved within SLA');
}
