import type { ExecutionItem } from '@cortex/api';
import { escapeToken, type ExecutionRecord } from '@cortex/contracts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problems.ts';
import { nameById } from '../../readers/name-by-id.ts';

export function executionRoutes({ journal, journalArchive, incidents }: ApiDependencies): readonly ServedRoute[] {
  /** An archived execution is found by its incident, or by its full id. */
  async function archivedOf(incidentId: string): Promise<readonly ExecutionRecord[]> {
    const incident = await incidents.load(incidentId).catch(() => undefined);
    const ids = incident?.attempts.map(({ executionId }) => escapeToken(executionId)) ?? [];
    const entries = await Promise.all(ids.map((id) => journalArchive.get(id)));
    return entries.flatMap((entry) => entry?.value ?? []);
  }

  return [
    serveRoute('executions', {
      handle: async ({ query }) => {
        const live = (await journal.entries()).map((entry) => entry.value);
        const known = new Set(live.map(({ remediation }) => remediation.executionId));
        const archived = query.incident === undefined ? [] : await archivedOf(query.incident);
        return {
          executions: [...live, ...archived.filter(({ remediation }) => !known.has(remediation.executionId))]
            .map(executionItem)
            .filter((item) => query.incident === undefined || item.incidentId === query.incident)
            .sort((left, right) => right.acceptedAt.localeCompare(left.acceptedAt))
            .slice(0, query.limit),
        };
      },
    }),
    serveRoute('execution', {
      problems: ['CORTEX_API_NOT_FOUND', 'CORTEX_API_AMBIGUOUS_ID'],
      handle: async ({ params }) => {
        const isKey = /^[A-Za-z0-9_=.-]+$/.test(params.id);
        const entry = isKey ? ((await journal.get(params.id)) ?? (await journalArchive.get(params.id))) : undefined;
        const execution = entry?.value ?? (await namedExecution(journal, params.id));
        if (execution === undefined) {
          throw notFound('execution', params.id, 'list them with GET /api/v1/executions (cortex get executions)');
        }
        return { execution };
      },
    }),
  ];
}

async function namedExecution(journal: ApiDependencies['journal'], id: string): Promise<ExecutionRecord | undefined> {
  const records = (await journal.entries()).map((entry) => entry.value);
  return nameById(id, records, {
    kind: 'execution',
    id: ({ remediation }) => remediation.executionId,
    title: ({ remediation }) => remediation.playbook.id,
  });
}

function executionItem(record: ExecutionRecord): ExecutionItem {
  const { remediation } = record;
  return {
    executionId: remediation.executionId,
    incidentId: remediation.incidentId,
    playbookId: remediation.playbook.id,
    targets: remediation.targets.map(({ service, instance }) => ({ service, instance })),
    status: record.status,
    outcome: record.outcome,
    reason: record.reason,
    acceptedAt: record.acceptedAt,
    ...(record.completedAt === undefined ? {} : { completedAt: record.completedAt }),
    dryRun: remediation.dryRun,
  };
}
