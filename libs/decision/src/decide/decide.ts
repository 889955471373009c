import type { Attempt } from '@cortex/contracts';
import { type Verdict, planOf } from '../model/verdict.ts';
import { whenClear } from '../moves/clear.ts';
import { escalate } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { setTimer } from '../record/timers.ts';
import { type Work, activeSignals, lastAttempt } from '../record/work.ts';
import { conclude } from '../verdict/conclude.ts';
import { act } from './act.ts';

/**
 * Takes the nine steps and does what they come to. `subject` is the attempt that has just ended, if one has; `because`
 * says why another move is needed.
 */
export function decide(work: Work, subject?: Attempt, because?: string): void {
  if (activeSignals(work.incident).length === 0) {
    whenClear(work, subject, because);
    return;
  }
  const verdict = conclude(work);
  if (work.incident.status === 'escalated' && !isProgress(verdict) && subject === undefined) {
    leaveToHumans(work, verdict, because);
    return;
  }
  if (isStillAsking(work, verdict)) return;
  if (subject !== undefined && isBesideSomebody(work, verdict)) {
    handBack(work, subject, because ?? verdict.reason);
    return;
  }
  const about = verdict.outcome === 'roll_back' ? lastAttempt(work.incident) : subject;
  act(work, verdict, record(work, verdict, about, because));
}

/**
 * Somebody took the incident while an attempt ran: a further one would be done beside their hands, now or when nothing holds it any
 * more. What a stop left half-done is undone first.
 */
function isBesideSomebody({ incident }: Work, { outcome, code }: Verdict): boolean {
  if (incident.acknowledgedBy === undefined) return false;
  if (outcome === 'hold') return code !== 'stopped' && code !== 'silenced';
  return outcome === 'remediate' || outcome === 'request_approval';
}

function handBack(work: Work, subject: Attempt, because: string): void {
  const reason = `${because}; ${work.incident.acknowledgedBy} has taken this incident, so Cortex tries nothing else`;
  recordDecision(work, { outcome: 'escalate', code: 'with_humans', reason, subject });
  escalate(work, 'needs_human', reason);
}

/** The reason that was recorded. */
function record(work: Work, verdict: Verdict, subject: Attempt | undefined, because: string | undefined): string {
  const reason = because === undefined ? verdict.reason : `${because}; ${verdict.reason}`;
  const plan = planOf(verdict);
  recordDecision(work, {
    outcome: verdict.outcome,
    code: verdict.code,
    reason,
    subject,
    verdict,
    playbookId: plan?.playbook.id,
    executionId: verdict.outcome === 'remediate' ? plan?.executionId : subject?.executionId,
  });
  return reason;
}

/** Humans were called, and Cortex has no move: it says what it came to where that is news, and looks again when a trigger may be true. */
function leaveToHumans(work: Work, verdict: Verdict, because: string | undefined): void {
  if (verdict.code === 'silenced' && because === undefined) return;
  const last = work.incident.decisions.at(-1);
  const isNews =
    because !== undefined || last?.code !== verdict.code || last.playbookId !== planOf(verdict)?.playbook.id;
  if (isNews) record(work, verdict, undefined, because);
  if (verdict.outcome === 'wait' && verdict.retryAt !== undefined) {
    setTimer(work, 'reevaluate', 'reevaluate', verdict.retryAt);
  }
}

/** Humans were called already: only a move of Cortex's own is news, and a silence is none. */
function isProgress({ outcome, code }: Verdict): boolean {
  if (outcome === 'hold') return code !== 'silenced' && code !== 'source_silent';
  return outcome === 'remediate' || outcome === 'request_approval' || outcome === 'roll_back';
}

/** A question that is out stays out while its plan is the same, and while a gate holds only for the moment. */
function isStillAsking(work: Work, verdict: Verdict): boolean {
  const pending = work.incident.approval?.status === 'pending' ? work.incident.approval : undefined;
  if (work.incident.status !== 'awaiting_approval' || pending === undefined) return false;
  const isSamePlan = planOf(verdict)?.planHash === pending.planHash;
  return isSamePlan && (verdict.outcome === 'request_approval' || verdict.outcome === 'hold');
}
