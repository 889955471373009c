import { draft, incidentAcknowledged } from '@cortex/contracts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { resolve } from '../moves/resolve.ts';
import { summaryOf } from '../record/finish.ts';
import { isTimerSet, setTimer } from '../record/timers.ts';
import { type Work, activeSignals, change, isExecuting, remember } from '../record/work.ts';
import { addMs, within } from '../time.ts';
import { mayDecide } from './may-decide.ts';
import { onSilence } from './on-silence.ts';

/** A human took the incident. The first one counts. */
export function onAcknowledged(work: Work, { data }: InputOf<'escalation.acknowledged'>): IgnoreReason | undefined {
  if (work.incident.acknowledgedBy !== undefined) return 'acknowledged_before';
  const at = within(data.at, work.incident.openedAt, work.now);
  change(work, { acknowledgedBy: data.by, acknowledgedAt: at }, `acknowledged by ${data.by}`);
  const { id, service } = work.incident;
  const told = { incident: { ...summaryOf(work.incident), updatedAt: work.now }, by: data.by, at };
  work.drafts.push(draft(incidentAcknowledged, { service, incidentId: id, key: id, data: told }));
  return undefined;
}

/** A human says that it is over. While an execution runs, its end is waited for. */
export function onCloseRequested(work: Work, { data }: InputOf<'incident.close.requested'>): IgnoreReason | undefined {
  if (isExecuting(work.incident)) {
    remember(work, { closeRequested: { by: data.by, comment: data.comment.slice(0, 1_000) } });
    work.changes.push(`${data.by} wants to close it: it ends with the execution that runs`);
    return undefined;
  }
  const reason = `closed by ${data.by}: ${data.comment}`.slice(0, 4_000);
  recordDecision(work, { outcome: 'resolve', code: 'closed_by_human', reason, subject: work.incident.attempts.at(-1) });
  resolve(work, { method: 'manual', recoveredAt: work.now, verificationPassed: false, reason });
  return undefined;
}

/** The kill switch went off: what it held is asked again at once. Silences and configurations have rules of their own. */
export function onControlChanged(work: Work, { data }: InputOf<'control.changed'>): IgnoreReason | undefined {
  if (data.control === 'silence') return onSilence(work, data);
  if (data.control === 'configuration') return onConfiguration(work);
  if (data.control !== 'kill_switch') return 'for_others';
  if (data.on) return 'switch_turned_on';
  if (work.incident.status !== 'open' || work.memory.held === undefined) return 'not_held';
  reassess(work);
  decide(work);
  return undefined;
}

/**
 * Services are about to take a configuration that people changed, maybe because of what was refused: it is forgotten, and what
 * Cortex still has or had no move for is decided anew once the services have it.
 */
function onConfiguration(work: Work): IgnoreReason | undefined {
  if (!mayDecide(work) || activeSignals(work.incident).length === 0) return 'nothing_waits';
  remember(work, { excluded: {}, preconditionRefusals: {} });
  if (!isTimerSet(work, 'reevaluate'))
    setTimer(work, 'reevaluate', 'reevaluate', addMs(work.now, work.facts.safety.holdRetryMs));
  return undefined;
}
