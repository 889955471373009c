import { decide } from '../decide/decide.ts';
import { reassess } from '../assessment/reassess.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { cancelTimer } from '../record/timers.ts';
import { type Work, change, isExecuting } from '../record/work.ts';
import { expireApproval } from '../moves/approval-question.ts';
import { contactsOf, escalate } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { moveTo } from '../record/status.ts';

/** One human agreed. Returns why the answer does not count, if it does not. */
export function onGranted(work: Work, { data }: InputOf<'approval.granted'>): IgnoreReason | undefined {
  const approval = work.incident.approval;
  const problem = whyVoid(work, data);
  if (problem !== undefined || approval === undefined) return problem ?? 'nothing_asked';
  const grantedBy = [...new Set([...approval.grantedBy, data.by])];
  const isEnough = grantedBy.length >= approval.requiredApprovals;
  const comment = data.comment === '' ? {} : { comment: data.comment };
  const answered = isEnough ? { status: 'granted' as const, decidedBy: data.by, ...comment } : {};
  change(work, { approval: { ...approval, grantedBy, ...answered } }, `approved by ${data.by}`);
  if (!isEnough) return undefined;
  cancelTimer(work, 'approval');
  if (isExecuting(work.incident)) return undefined;
  moveTo(work, 'open');
  reassess(work);
  decide(work);
  return undefined;
}

/** A human refused: the plan is off, and the incident is theirs. */
export function onDenied(work: Work, { data }: InputOf<'approval.denied'>): IgnoreReason | undefined {
  const approval = work.incident.approval;
  const problem = whyVoid(work, data);
  if (problem !== undefined || approval === undefined) return problem ?? 'nothing_asked';
  const comment = data.comment === '' ? {} : { comment: data.comment };
  change(work, { approval: { ...approval, status: 'denied', decidedBy: data.by, ...comment } }, `denied by ${data.by}`);
  cancelTimer(work, 'approval');
  const why = data.comment === '' ? '' : `: ${data.comment}`;
  giveUp(work, 'approval_denied', `${data.by} denied ${approval.playbookId}${why}`.slice(0, 4_000));
  return undefined;
}

/** Nobody answered in time. */
export function onApprovalExpiry(work: Work, approvalId: string): void {
  const approval = work.incident.approval;
  if (approval?.approvalId !== approvalId || approval.status !== 'pending') return;
  expireApproval(work);
  giveUp(work, 'approval_expired', `nobody approved ${approval.playbookId} in time`);
}

function giveUp(work: Work, code: 'approval_denied' | 'approval_expired', reason: string): void {
  const playbookId = work.incident.approval?.playbookId;
  recordDecision(work, { outcome: 'escalate', code, reason, playbookId });
  escalate(work, 'needs_human', reason, { notify: contactsOf(work, playbookId) });
}

function whyVoid(work: Work, answer: { approvalId: string; planHash: string }): IgnoreReason | undefined {
  const approval = work.incident.approval;
  if (approval?.approvalId !== answer.approvalId) return 'other_question';
  if (approval.status !== 'pending') return 'question_settled';
  if (approval.planHash !== answer.planHash) return 'other_plan';
  if (Date.parse(work.now) >= Date.parse(approval.expiresAt)) return 'answer_too_late';
  return undefined;
}
