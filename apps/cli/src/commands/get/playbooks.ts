import type { PlaybookView } from '@cortex/api';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { span } from '../../output/time.ts';
import { notFound } from './not-found.ts';

export async function getPlaybooks({ context }: CommandInput, id: string | undefined): Promise<void> {
  const { playbooks } = await context.api.call('playbooks');
  const wanted = playbooks.filter((row) => id === undefined || row.playbook.id === id);
  if (id !== undefined && wanted.length === 0) throw notFound('playbook', id, 'cortex get playbooks');
  show(context, { playbooks: wanted }, (answer) =>
    tableOr('no playbooks are configured', answer.playbooks, [
      { title: 'playbook', value: (row) => row.playbook.id },
      { title: 'version', value: (row) => row.playbook.version },
      { title: 'category', value: (row) => row.playbook.category },
      { title: 'runs', value: (row) => row.performance?.totalExecutions ?? 0 },
      {
        title: 'success',
        value: ({ performance }) =>
          performance === undefined ? undefined : `${Math.round(performance.successRate * 100)}%`,
      },
      {
        title: 'time',
        value: ({ performance }) => (performance === undefined ? undefined : span(performance.avgExecutionTimeMs)),
      },
      { title: 'breaker', value: breakerText },
      { title: 'name', value: (row) => row.playbook.name },
    ]),
  );
}

function breakerText({ breakers }: PlaybookView): string {
  const open = breakers.filter(({ state }) => state === 'open').map(({ service }) => service ?? 'every service');
  return open.length === 0 ? 'closed' : `open for ${open.join(', ')}`;
}
