import { shortId } from '@cortex/api';
import type { ExecutionRecord } from '@cortex/contracts';
import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { facts, table, tableOr } from '../../output/table.ts';
import { age, words } from '../../output/time.ts';

export async function getExecutions(input: CommandInput, id: string | undefined): Promise<void> {
  const { context } = input;
  if (id !== undefined) {
    const answer = await context.api.call('execution', { params: { id } });
    show(context, answer, ({ execution }) => executionText(execution));
    return;
  }
  const answer = await context.api.call('executions', { query: { limit: textOption(input, 'limit') } });
  show(context, answer, ({ executions }) =>
    tableOr('nothing has been executed', executions, [
      { title: 'execution', value: (row) => shortId(row.executionId) },
      { title: 'incident', value: (row) => shortId(row.incidentId) },
      { title: 'playbook', value: (row) => row.playbookId },
      { title: 'targets', value: (row) => row.targets.map((target) => target.instance).join(',') },
      { title: 'age', value: (row) => age(row.acceptedAt) },
      { title: 'status', value: (row) => words(row.outcome ?? row.status) + (row.dryRun ? ' (dry run)' : '') },
      { title: 'reason', value: (row) => row.reason },
    ]),
  );
}

function executionText(execution: ExecutionRecord): string {
  const { remediation } = execution;
  const head = facts([
    ['execution', remediation.executionId],
    ['playbook', `${remediation.playbook.id} ${remediation.playbook.version}`],
    ['status', words(execution.status)],
    ['outcome', execution.outcome],
    ['reason', execution.reason],
    ['rollback', execution.rollback?.outcome],
  ]);
  if (execution.entries.length === 0) return head;
  const journal = table(execution.entries, [
    { title: 'phase', value: (entry) => entry.phase },
    { title: 'step', value: (entry) => entry.step },
    { title: 'target', value: (entry) => entry.target.instance },
    { title: 'try', value: (entry) => entry.attempt },
    { title: 'status', value: (entry) => entry.result?.outcome ?? entry.status },
    { title: 'detail', value: (entry) => entry.result?.detail },
  ]);
  return `${head}\n\n${journal}`;
}
