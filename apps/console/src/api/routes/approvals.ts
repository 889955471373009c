import type { AnswerForm, ApprovalItem } from '@cortex/api';
import { derivedId, type Bus } from '@cortex/bus';
import { approvalDenied, approvalGranted, draft, type Approval, type Incident } from '@cortex/contracts';
import { readHistory } from '../../live/event-history.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem, notFound } from '../problems.ts';
import { publishOrFail } from '../publish.ts';

const verdicts = ['approve', 'reject'] as const;
type Verdict = (typeof verdicts)[number];

const answerTypes: ReadonlySet<string> = new Set([approvalGranted.type, approvalDenied.type]);
/** Tolerance, because the question and the stream have times of different machines. */
const clockSkewMs = 60_000;
const mostAnswers = 1_000;

const answerProblems = [
  'CORTEX_API_NOT_FOUND',
  'CORTEX_APPROVAL_NOT_PENDING',
  'CORTEX_APPROVAL_EXPIRED',
  'CORTEX_APPROVAL_WITHDRAWN',
  'CORTEX_APPROVAL_PLAN_CHANGED',
  'CORTEX_API_BUS_UNAVAILABLE',
] as const;

export function approvalRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const answer = (verdict: Verdict): ServedRoute =>
    serveRoute(verdict, {
      problems: answerProblems,
      handle: async ({ params, body }) => {
        const incident = await incidentOfApproval(dependencies, params.id);
        const { approval } = incident;
        const said = `${verdict === 'approve' ? 'approved' : 'rejected'} by ${body.by}`;
        if (assertAnswerable(approval, body, verdict, dependencies.now()) === 'repeated') {
          return { detail: `already ${said}` };
        }
        const id = answerId(approval, body.by, verdict);
        const earlier = await publishedAnswer(dependencies.bus, incident, approval, body.by);
        if (earlier === verdict) return { eventId: id, detail: `already ${said}` };
        if (earlier !== undefined) throw answeredAlready(body.by, earlier);
        await publishOrFail(dependencies.bus, answerDraft(incident, approval, body, verdict), id);
        return { eventId: id, detail: said };
      },
    });

  return [
    serveRoute('approvals', {
      worksOffline: true,
      handle: async () => ({ approvals: [...pendingApprovals(dependencies)] }),
    }),
    answer('approve'),
    answer('reject'),
  ];
}

function pendingApprovals({ incidents, config, now }: ApiDependencies): readonly ApprovalItem[] {
  const at = now().toISOString();
  return incidents
    .list({ status: 'active' })
    .flatMap(({ id, service, title, severity, blastRadius, approval }): readonly ApprovalItem[] => {
      if (approval?.status !== 'pending' || approval.expiresAt <= at) return [];
      const playbook = config.playbooks.find((one) => one.id === approval.playbookId);
      return [
        {
          approval,
          incident: { id, service, title, severity, blastRadius },
          playbookName: playbook?.name ?? approval.playbookId,
          steps: (playbook?.steps ?? []).map(({ step, name, action }) => ({ step, name, action })),
        },
      ];
    })
    .sort((left, right) => left.approval.expiresAt.localeCompare(right.approval.expiresAt));
}

async function incidentOfApproval(
  { incidents }: ApiDependencies,
  id: string,
): Promise<Incident & { readonly approval: Approval }> {
  const item = incidents.list().find((one) => one.approval?.approvalId === id);
  // The list may be stale; the record is authoritative.
  const incident = item === undefined ? undefined : await incidents.load(item.id);
  const approval = incident?.approval;
  if (incident === undefined || approval?.approvalId !== id) {
    throw notFound('approval', id, 'list them with GET /api/v1/approvals (cortex get approvals)');
  }
  return { ...incident, approval };
}

/** Throws when the answer is not valid. `repeated`: the record has this answer of this person already. */
function assertAnswerable(approval: Approval, body: AnswerForm, verdict: Verdict, now: Date): 'new' | 'repeated' {
  if (body.planHash !== undefined && body.planHash !== approval.planHash) {
    throw new ApiProblem(
      'CORTEX_APPROVAL_PLAN_CHANGED',
      'the plan has changed since it was shown',
      `it is now ${approval.planHash}, the answer was about ${body.planHash}`,
      'look at the plan again, then answer',
    );
  }
  const isRepeated =
    verdict === 'approve'
      ? approval.grantedBy.includes(body.by)
      : approval.status === 'denied' && approval.decidedBy === body.by;
  if (isRepeated) return 'repeated';
  if (approval.status === 'withdrawn') {
    throw new ApiProblem(
      'CORTEX_APPROVAL_WITHDRAWN',
      `approval ${approval.approvalId} was withdrawn${approval.withdrawal === undefined ? '' : ` at ${approval.withdrawal.at}`}`,
      approval.withdrawal?.reason ?? 'the plan is not wanted any more',
      'look at the incident: where a plan is still wanted, it asks anew',
    );
  }
  if (approval.status === 'expired' || (approval.status === 'pending' && approval.expiresAt <= now.toISOString())) {
    throw new ApiProblem(
      'CORTEX_APPROVAL_EXPIRED',
      `approval ${approval.approvalId} expired at ${approval.expiresAt}`,
      'nobody answered in time; the world may have moved on',
      'Cortex escalates instead; look at the incident',
    );
  }
  if (approval.status !== 'pending') {
    throw new ApiProblem(
      'CORTEX_APPROVAL_NOT_PENDING',
      `approval ${approval.approvalId} was ${approval.status}${approval.decidedBy === undefined ? '' : ` by ${approval.decidedBy}`}`,
      'an approval is answered once',
      'look at the incident for what happened next',
    );
  }
  return 'new';
}

function answeredAlready(by: string, earlier: Verdict): ApiProblem {
  return new ApiProblem(
    'CORTEX_APPROVAL_NOT_PENDING',
    `${by} has answered this approval already`,
    `the answer was to ${earlier}`,
    'an answer stands; close the incident by hand if it was wrong',
  );
}

function answerDraft(incident: Incident, approval: Approval, { by, comment }: AnswerForm, verdict: Verdict) {
  return draft<'approval.granted' | 'approval.denied'>(verdict === 'approve' ? approvalGranted : approvalDenied, {
    service: incident.service,
    incidentId: incident.id,
    data: { approvalId: approval.approvalId, incidentId: incident.id, planHash: approval.planHash, by, comment },
  });
}

/** The same answer of the same person has one id, whichever replica receives it, so the stream keeps it once. */
function answerId({ approvalId, planHash, requestedAt }: Approval, by: string, verdict: Verdict): string {
  return derivedId({ id: approvalId, time: requestedAt }, 'answer', planHash, by, verdict);
}

/** This person's answer, whichever replica received it: the record has it only once the decision service has read it. */
async function publishedAnswer(
  bus: Bus,
  incident: Incident,
  approval: Approval,
  by: string,
): Promise<Verdict | undefined> {
  const from = new Date(Date.parse(approval.requestedAt) - clockSkewMs);
  const filter = { types: answerTypes, service: incident.service, incident: incident.id };
  const published = new Set((await readHistory(bus, from, filter, mostAnswers)).map(({ id }) => id));
  return verdicts.find((verdict) => published.has(answerId(approval, by, verdict)));
}
