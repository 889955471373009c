import type { AnswerForm, ApprovalItem } from '@cortex/api';
import {
  approvalDenied,
  approvalGranted,
  draft,
  type Approval,
  type CortexEvent,
  type Incident,
} from '@cortex/contracts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem, notFound } from '../problems.ts';
import { publishOrFail } from '../publish.ts';

type Verdict = 'approve' | 'reject';

const answerProblems = [
  'CORTEX_API_NOT_FOUND',
  'CORTEX_APPROVAL_NOT_PENDING',
  'CORTEX_APPROVAL_EXPIRED',
  'CORTEX_APPROVAL_PLAN_CHANGED',
  'CORTEX_API_BUS_UNAVAILABLE',
] as const;

export function approvalRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const answers = answerBook();
  const answer = (verdict: Verdict): ServedRoute =>
    serveRoute(verdict, {
      problems: answerProblems,
      handle: async ({ params, body }) => {
        const incident = await incidentOfApproval(dependencies, params.id);
        const { approval } = incident;
        assertAnswerable(approval, body, verdict, dependencies.now());
        const { event, isRepeat } = await answers.once(approval, body.by, verdict, () =>
          publishOrFail(dependencies.bus, answerDraft(incident, approval, body, verdict)),
        );
        const word = verdict === 'approve' ? 'approved' : 'rejected';
        return { eventId: event.id, detail: `${isRepeat ? 'already ' : ''}${word} by ${body.by}` };
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
  // The list may be a moment behind; the record is the truth.
  const incident = item === undefined ? undefined : await incidents.load(item.id);
  const approval = incident?.approval;
  if (incident === undefined || approval?.approvalId !== id) {
    throw notFound('approval', id, 'list them with GET /api/v1/approvals (cortex get approvals)');
  }
  return { ...incident, approval };
}

function assertAnswerable(approval: Approval, body: AnswerForm, verdict: Verdict, now: Date): void {
  if (body.planHash !== undefined && body.planHash !== approval.planHash) {
    throw new ApiProblem(
      'CORTEX_APPROVAL_PLAN_CHANGED',
      'the plan has changed since it was shown',
      `it is now ${approval.planHash}, the answer was about ${body.planHash}`,
      'look at the plan again, then answer',
    );
  }
  const isRepeat =
    verdict === 'approve'
      ? approval.grantedBy.includes(body.by)
      : approval.status === 'denied' && approval.decidedBy === body.by;
  if (isRepeat) return;
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
}

function answerDraft(incident: Incident, approval: Approval, { by, comment }: AnswerForm, verdict: Verdict) {
  return draft<'approval.granted' | 'approval.denied'>(verdict === 'approve' ? approvalGranted : approvalDenied, {
    service: incident.service,
    incidentId: incident.id,
    data: { approvalId: approval.approvalId, incidentId: incident.id, planHash: approval.planHash, by, comment },
  });
}

/**
 * Remembers the answers of this process, so that a double click publishes one event. Across processes the decision
 * service takes one answer per person and approval; this only spares the noise.
 */
function answerBook() {
  const given = new Map<string, { readonly verdict: Verdict; readonly event: Promise<CortexEvent> }>();
  return {
    async once(approval: Approval, by: string, verdict: Verdict, publish: () => Promise<CortexEvent>) {
      const key = JSON.stringify([approval.approvalId, approval.planHash, by]);
      const earlier = given.get(key);
      if (earlier !== undefined && earlier.verdict !== verdict) {
        throw new ApiProblem(
          'CORTEX_APPROVAL_NOT_PENDING',
          `${by} has answered this approval already`,
          `the answer was to ${earlier.verdict}`,
          'an answer stands; close the incident by hand if it was wrong',
        );
      }
      if (earlier !== undefined) return { event: await earlier.event, isRepeat: true };
      const event = publish();
      given.set(key, { verdict, event });
      if (given.size > 1_000) given.delete(given.keys().next().value ?? '');
      try {
        return { event: await event, isRepeat: false };
      } catch (error) {
        given.delete(key);
        throw error;
      }
    },
  };
}
