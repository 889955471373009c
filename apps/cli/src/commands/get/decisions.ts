import { shortId } from '@cortex/api';
import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { age, words } from '../../output/time.ts';

export async function getDecisions(input: CommandInput, id: string | undefined): Promise<void> {
  const { context } = input;
  const answer = await context.api.call('decisions', {
    query: { incident: id, limit: textOption(input, 'limit') },
  });
  show(context, answer, ({ decisions }) =>
    tableOr('no decisions', decisions, [
      { title: 'incident', value: (row) => shortId(row.incidentId) },
      { title: 'service', value: (row) => row.service },
      { title: 'age', value: (row) => age(row.decision.at) },
      { title: 'outcome', value: (row) => words(row.decision.outcome) },
      { title: 'playbook', value: (row) => row.decision.playbookId },
      { title: 'reason', value: (row) => row.decision.reason },
    ]),
  );
}
