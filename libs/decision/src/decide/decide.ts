import type { Attempt } from '@cortex/contracts';
import { findRootCause } from '../assessment/root-cause.ts';
import { whenClear } from '../lifecycle/clear.ts';
import { type Work, activeSignals } from '../record/work.ts';
import { act } from './act.ts';
import { type Conclusion, conclude } from './conclude.ts';
import { recordDecision } from './record-decision.ts';

/**
 * Takes the nine steps and does what they come to. `subject` is the attempt that has just ended, if one has; `because`
 * says why another move is needed.
 */
export function decide(work: Work, subject?: Attempt, because?: string): void {
  if (activeSignals(work.incident).length === 0) {
    whenClear(work, subject, because);
    return;
  }
  const { rootService } = findRootCause(work.incident, work.facts);
  const conclusion = conclude(work, rootService);
  if (work.incident.status === 'escalated' && !isProgress(conclusion) && subject === undefined) return;
  if (isStillAsking(work, conclusion.outcome, conclusion.plan?.planHash)) return;
  const reason = because === undefined ? conclusion.reason : `${because}; ${conclusion.reason}`;
  recordDecision(work, {
    ...conclusion,
    reason,
    subject,
    playbookId: conclusion.plan?.playbook.id,
    executionId: conclusion.outcome === 'remediate' ? conclusion.plan?.executionId : subject?.executionId,
  });
  act(work, conclusion, reason);
}

/** Humans were called already: only a move of Cortex's own is news, and a silence is none. */
function isProgress({ outcome, heldBy }: Conclusion): boolean {
  return outcome === 'remediate' || outcome === 'request_approval' || (outcome === 'hold' && heldBy !== 'silence');
}

/** A question that is out stays out while its plan is the same, and while a gate holds only for the moment. */
function isStillAsking(work: Work, outcome: string, planHash: string | undefined): boolean {
  const pending = work.incident.approval?.status === 'pending' ? work.incident.approval : undefined;
  if (work.incident.status !== 'awaiting_approval' || pending === undefined) return false;
  const isSamePlan = planHash === pending.planHash;
  return isSamePlan && (outcome === 'request_approval' || outcome === 'hold');
}
