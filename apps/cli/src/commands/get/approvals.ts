import { isNamedBy, shortId } from '@cortex/api';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { span } from '../../output/time.ts';
import { notFound } from './not-found.ts';

export async function getApprovals({ context }: CommandInput, id: string | undefined): Promise<void> {
  const { approvals } = await context.api.call('approvals');
  const wanted = approvals.filter(
    (row) => id === undefined || isNamedBy(row.approval.approvalId, id) || isNamedBy(row.incident.id, id),
  );
  if (id !== undefined && wanted.length === 0) throw notFound('pending approval', id, 'cortex get approvals');
  show(context, { approvals: wanted }, (answer) =>
    tableOr('nothing waits for an approval', answer.approvals, [
      { title: 'approval', value: (row) => shortId(row.approval.approvalId) },
      { title: 'incident', value: (row) => shortId(row.incident.id) },
      { title: 'severity', value: (row) => row.incident.severity },
      { title: 'service', value: (row) => row.incident.service },
      { title: 'playbook', value: (row) => row.approval.playbookId },
      { title: 'targets', value: (row) => row.approval.targets.map((target) => target.instance).join(',') },
      { title: 'expires in', value: (row) => span(Math.max(0, Date.parse(row.approval.expiresAt) - Date.now())) },
      { title: 'reason', value: (row) => row.approval.reason },
    ]),
  );
}
