import { undoableBy } from '../assessment/attempts.ts';
import { isForSignOff } from '../levels.ts';
import type { Plan } from '../model/plan.ts';
import { type Verdict, planOf } from '../model/verdict.ts';
import { requestApproval, withdrawApproval } from '../moves/approval-question.ts';
import { callHumans, contactsOf, escalate, isForContactsOnly } from '../moves/escalate.ts';
import { hold, rest, stopWaiting, wait } from '../moves/hold.ts';
import { requestRemediation } from '../moves/request.ts';
import { rollBack } from '../moves/roll-back.ts';
import { forgetWaiting } from '../record/waiting.ts';
import { type Work, lastAttempt } from '../record/work.ts';

/** Does what a verdict says: drafts, timers, status. */
export function act(work: Work, verdict: Verdict, reason: string): void {
  const { chosen } = verdict;
  if (verdict.outcome !== 'request_approval') withdrawApproval(work, reason);
  switch (verdict.outcome) {
    case 'remediate':
      if (chosen !== undefined) requestRemediation(work, chosen.plan);
      return;
    case 'roll_back':
      undoLast(work, reason);
      return;
    case 'request_approval':
      if (chosen !== undefined) ask(work, chosen.plan, verdict.reason, verdict.requiredApprovals);
      return;
    case 'hold':
      if (verdict.code === 'silenced') rest(work, reason, verdict.retryAt);
      else hold(work, verdict.heldBy, reason, verdict.retryAt);
      return;
    case 'wait':
      wait(work, isForChecks(verdict) ? 'checks' : 'trigger', reason, verdict.retryAt);
      return;
    case 'escalate':
    case 'advise':
      escalate(work, verdict.escalation, reason, {
        notify: contactsOf(work, planOf(verdict)?.playbook.id),
        onlyNotify: planOf(verdict) === undefined && isForContactsOnly(work),
      });
      return;
    default: {
      const impossible: never = verdict;
      throw new TypeError(`unknown outcome ${String(impossible)}`);
    }
  }
}

/** Soon known: humans are not called meanwhile. */
function isForChecks({ code }: Verdict): boolean {
  return code === 'checks_pending' || code === 'learning';
}

function undoLast(work: Work, reason: string): void {
  const attempt = lastAttempt(work.incident);
  const remediation = attempt === undefined ? undefined : undoableBy(work, attempt);
  if (remediation !== undefined) rollBack(work, remediation, reason);
}

/** Nobody looks at the console by chance: whoever may approve is told of the question. */
function ask(work: Work, plan: Plan, reason: string, requiredApprovals: number): void {
  stopWaiting(work);
  forgetWaiting(work);
  requestApproval(work, plan, reason, requiredApprovals);
  const what = isForSignOff(work.incident.blastRadius.level) ? 'sign-off' : 'approval';
  callHumans(work, `${what} needed for ${plan.playbook.id}: ${reason}`, {
    asks: `approve ${plan.playbook.id} as attempt ${plan.attempt}`,
    notify: contactsOf(work, plan.playbook.id),
  });
}
