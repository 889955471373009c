import type { ExecutionItem } from '@cortex/api';
import type { ExecutionRecord } from '@cortex/contracts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problems.ts';
import { nameById } from '../../readers/name-by-id.ts';

export function executionRoutes({ journal }: ApiDependencies): readonly ServedRoute[] {
  return [
    serveRoute('executions', {
      handle: async ({ query }) => {
        const entries = await journal.entries();
        return {
          executions: entries
            .map((entry) => executionItem(entry.value))
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
        const entry = isKey ? await journal.get(params.id) : undefined;
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
