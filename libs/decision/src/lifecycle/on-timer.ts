import { prolongedMs } from '../assessment/auto-escalation.ts';
import { decide } from '../decide/decide.ts';
import { raisedSeverity } from '../levels.ts';
import type { InputOf } from '../model/input.ts';
import { consumeTimer, setTimer } from '../record/timers.ts';
import { type Work, activeSignals, change, remember } from '../record/work.ts';
import { addMs } from '../time.ts';
import { onQuiet } from './clear.ts';
import { silenceOf } from '../gates/silence.ts';
import { callHumans, callPostponed } from './escalate.ts';
import { onApprovalExpiry } from './on-approval.ts';
import { onDeadline } from './on-deadline.ts';
import { onMonitoringEnd } from './on-verified.ts';
import { reassess } from './reassess.ts';

/** What this incident told its future self. One that fired is off the list even when it does not matter any more. */
export function onTimer(work: Work, input: InputOf<'timer.due'>): string | undefined {
  if (!consumeTimer(work, input.data.key, input.data.dueAt)) return 'a timer that was replaced or is over';
  onDue(work, input);
  return undefined;
}

function onDue(work: Work, { data }: InputOf<'timer.due'>): string | undefined {
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
      return 'a purpose that is not known';
  }
}

function onReevaluate(work: Work, name: string): string | undefined {
  if (name === 'quiet') return onQuiet(work);
  if (name === 'prolonged') return onProlonged(work);
  if (name === 'postponed') return onPostponed(work);
  if (work.incident.status !== 'open') return 'it does not wait any more';
  reassess(work);
  decide(work);
  return undefined;
}

/** Spec 5.4 `prolonged_degradation`: one level, each time, until SEV0 or until a human has taken it. */
function onProlonged(work: Work): string | undefined {
  if (work.incident.acknowledgedBy !== undefined) return 'a human has taken it';
  if (work.incident.severity !== 'SEV0') setTimer(work, 'prolonged', 'reevaluate', addMs(work.now, prolongedMs));
  if (activeSignals(work.incident).length === 0) return undefined;
  if (silenceOf(work.incident, work.facts, work.now) !== undefined) return 'it is silenced';
  change(work, { severity: raisedSeverity(work.incident.severity) }, 'Issue not resolved within SLA');
  remember(work, { raised: [...new Set([...work.memory.raised, 'prolonged_degradation'])] });
  callHumans(work, 'Issue not resolved within SLA');
  return undefined;
}

function onPostponed(work: Work): string | undefined {
  callPostponed(work);
  return undefined;
}
