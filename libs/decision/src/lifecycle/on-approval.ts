import { decide } from '../decide/decide.ts';
import { recordDecision } from '../decide/record-decision.ts';
import type { InputOf } from '../model/input.ts';
import { cancelTimer } from '../record/timers.ts';
import { type Work, change, isExecuting } from '../record/work.ts';
import { voidApproval } from './approval-question.ts';
import { escalate } from './escalate.ts';
import { reassess } from './reassess.ts';

/** One human agreed. Returns why the answer does not count, if it does not. */
export function onGranted(work: Work, { data }: InputOf<'approval.granted'>): string | undefined {
  const approval = work.incident.approval;
  const problem = whyVoid(work, data);
  if (problem !== undefined || approval === undefined) return problem ?? 'nothing was asked';
  const grantedBy = [...new Set([...approval.grantedBy, data.by])];
  const isEnough = grantedBy.length >= approval.requiredApprovals;
  const comment = data.comment === '' ? {} : { comment: data.comment };
  const answered = isEnough ? { status: 'granted' as const, decidedBy: data.by, ...comment } : {};
  change(work, { approval: { ...approval, grantedBy, ...answered } }, `approved by ${data.by}`);
  if (!isEnough) return undefined;
  cancelTimer(work, 'approval');
  if (isExecuting(work.incident)) return undefined;
  change(work, { status: 'open' });
  reassess(work);
  decide(work);
  return undefined;
}

/** A human refused: the plan is off, and the incident is theirs. */
export function onDenied(work: Work, { data }: InputOf<'approval.denied'>): string | undefined {
  const approval = work.incident.approval;
  const problem = whyVoid(work, data);
  if (problem !== undefined || approval === undefined) return problem ?? 'nothing was asked';
  const comment = data.comment === '' ? {} : { comment: data.comment };
  change(work, { approval: { ...approval, status: 'denied', decidedBy: data.by, ...comment } }, `denied by ${data.by}`);
  cancelTimer(work, 'approval');
  giveUp(work, `${data.by} denied ${approval.playbookId}`);
  return undefined;
}

/** Nobody answered in time. */
export function onApprovalExpiry(work: Work, approvalId: string): string | undefined {
  const approval = work.incident.approval;
  if (approval?.approvalId !== approvalId || approval.status !== 'pending') return 'that question is settled';
  voidApproval(work);
  giveUp(work, `nobody approved ${approval.playbookId} in time`);
  return undefined;
}

function giveUp(work: Work, reason: string): void {
  recordDecision(work, { outcome: 'escalate', reason, playbookId: work.incident.approval?.playbookId });
  escalate(work, 'needs_human', reason);
}

function whyVoid(work: Work, answer: { approvalId: string; planHash: string }): string | undefined {
  const approval = work.incident.approval;
  if (approval?.approvalId !== answer.approvalId) return 'the answer is to another question';
  if (approval.status !== 'pending') return `the question is ${approval.status} already`;
  if (approval.planHash !== answer.planHash) return 'the answer is to another plan';
  if (Date.parse(work.now) >= Date.parse(approval.expiresAt)) return 'the answer came too late';
  return undefined;
}
