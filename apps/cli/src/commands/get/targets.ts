import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { age } from '../../output/time.ts';
import { notFound } from './not-found.ts';

export async function getTargets({ context }: CommandInput, id: string | undefined): Promise<void> {
  const { targets } = await context.api.call('targets');
  const wanted = targets.filter((row) => id === undefined || row.target.instance === id || row.target.service === id);
  if (id !== undefined && wanted.length === 0) throw notFound('service or instance', id, 'cortex get targets');
  show(context, { targets: wanted }, (answer) =>
    tableOr('no targets are configured', answer.targets, [
      { title: 'service', value: (row) => row.target.service },
      { title: 'instance', value: (row) => row.target.instance },
      { title: 'health', value: (row) => (row.flapping ? `${row.state} (flapping)` : row.state) },
      { title: 'for', value: (row) => age(row.since) },
      {
        title: 'why',
        value: (row) => row.failing.map((check) => `${check.check}: ${check.detail}`).join('; ') || row.reason,
      },
    ]),
  );
}
