import { levelRank } from '../levels.ts';
import type { Plan } from '../model/plan.ts';
import { type Verdict, planOf } from '../model/verdict.ts';
import { requestApproval, voidApproval } from '../moves/approval-question.ts';
import { callHumans, contactsOf, escalate, isForContactsOnly } from '../moves/escalate.ts';
import { hold, stopWaiting } from '../moves/hold.ts';
import { requestRemediation } from '../moves/request.ts';
import type { Work } from '../record/work.ts';

/** Does what a verdict says: drafts, timers, status. */
export function act(work: Work, verdict: Verdict, reason: string): void {
  const { outcome, chosen } = verdict;
  if (outcome !== 'request_approval') voidApproval(work);
  switch (outcome) {
    case 'remediate':
      if (chosen !== undefined) requestRemediation(work, chosen.plan);
      return;
    case 'request_approval':
      if (chosen !== undefined) ask(work, verdict, chosen.plan);
      return;
    case 'hold':
      hold(work, verdict.heldBy ?? 'gate', verdict.retryAt);
      return;
    case 'wait':
      hold(work, 'trigger', verdict.retryAt);
      return;
    case 'escalate':
    case 'advise':
      escalate(work, verdict.escalation ?? 'needs_human', reason, {
        notify: contactsOf(work, planOf(verdict)?.playbook.id),
        onlyNotify: planOf(verdict) === undefined && isForContactsOnly(work),
      });
      return;
    default: {
      const impossible: never = outcome;
      throw new TypeError(`unknown outcome ${String(impossible)}`);
    }
  }
}

function ask(work: Work, verdict: Verdict, plan: Plan): void {
  const { reason } = verdict;
  stopWaiting(work);
  requestApproval(work, plan, reason, verdict.requiredApprovals ?? 1);
  if (levelRank(work.incident.blastRadius.level) >= levelRank('cluster_wide')) {
    const notify = contactsOf(work, plan.playbook.id);
    callHumans(work, `sign-off needed for ${plan.playbook.id}: ${reason}`, { notify });
  }
}
