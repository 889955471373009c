import { type Approval, approvalExpired, approvalRequested, approvalWithdrawn, draft } from '@cortex/contracts';
import type { Plan } from '../model/plan.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, change, remember } from '../record/work.ts';
import { addMs } from '../time.ts';

/** Asks humans to agree to this plan, in place of an earlier question. */
export function requestApproval(work: Work, plan: Plan, reason: string, requiredApprovals: number): void {
  withdrawApproval(work, 'the plan has changed');
  const number = work.memory.approvals + 1;
  const approval: Approval = {
    approvalId: `${plan.executionId}-a${number}`,
    executionId: plan.executionId,
    planHash: plan.planHash,
    playbookId: plan.playbook.id,
    targets: [...plan.targets],
    reason,
    requestedAt: work.now,
    expiresAt: addMs(work.now, work.facts.safety.approvalTtlMs),
    requiredApprovals,
    grantedBy: [],
    status: 'pending',
  };
  remember(work, { approvals: number });
  moveTo(work, 'awaiting_approval');
  change(work, { approval });
  const { id, service } = work.incident;
  work.drafts.push(
    draft(approvalRequested, {
      service,
      incidentId: id,
      key: approval.approvalId,
      data: { incidentId: id, service, approval },
    }),
  );
  setTimer(work, 'approval', 'approval_expiry', approval.expiresAt, { approvalId: approval.approvalId });
}

/** Takes a pending question back: the plan has changed, or is not wanted any more. */
export function withdrawApproval(work: Work, why: string): void {
  const approval = work.incident.approval;
  if (approval?.status !== 'pending') return;
  cancelTimer(work, 'approval');
  const withdrawal = { at: work.now, reason: why.slice(0, 4_000) };
  const what = `the question for approval is taken back: ${why}`;
  change(work, { approval: { ...approval, status: 'withdrawn', withdrawal } }, what);
  const { id, service } = work.incident;
  const data = { approvalId: approval.approvalId, incidentId: id, ...withdrawal };
  work.drafts.push(draft(approvalWithdrawn, { service, incidentId: id, key: approval.approvalId, data }));
}

/** Nobody answered the pending question in time. */
export function expireApproval(work: Work): void {
  const approval = work.incident.approval;
  if (approval?.status !== 'pending') return;
  cancelTimer(work, 'approval');
  change(work, { approval: { ...approval, status: 'expired' } }, 'nobody answered the question for approval in time');
  const { id, service } = work.incident;
  const data = { approvalId: approval.approvalId, incidentId: id };
  work.drafts.push(draft(approvalExpired, { service, incidentId: id, key: approval.approvalId, data }));
}
