import { AnswerForm, IdParams } from '../forms.ts';
import type { Route } from '../route.ts';
import { Accepted, ApprovalList } from '../views/incident.ts';

const tag = 'approvals';
const answer = { tag, params: IdParams, body: AnswerForm, response: Accepted, status: 202 };

export const approvalRoutes = {
  approvals: { tag, summary: 'Plans that wait for a human, soonest to expire first', response: ApprovalList },
  approve: { ...answer, summary: 'Agree to the plan; saying it twice is the same as saying it once' },
  reject: { ...answer, summary: 'Refuse the plan; saying it twice is the same as saying it once' },
} satisfies Record<string, Route>;
