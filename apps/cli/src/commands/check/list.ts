import type { CheckDefinition } from '@cortex/contracts';
import { textOption, type CommandDefinition } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { span } from '../../output/time.ts';
import { configOption } from '../configuration-file.ts';
import { requireConfiguration } from '../configuration.ts';

export const checkListCommand: CommandDefinition = {
  name: 'check list',
  summary: 'List the configured health checks',
  options: [configOption],
  examples: [{ line: 'cortex check list', says: 'what is checked, how often, and how long it may take' }],
  async run(input) {
    const { context } = input;
    const { configuration } = await requireConfiguration(textOption(input, 'config'), context);
    show(context, { checks: configuration.checks }, ({ checks }) =>
      tableOr<CheckDefinition>('no checks are configured', checks, [
        { title: 'check', value: (check) => check.name },
        { title: 'type', value: (check) => check.type },
        { title: 'tier', value: (check) => check.tier },
        { title: 'target', value: (check) => check.target.instance },
        { title: 'interval', value: (check) => span(check.intervalMs) },
        { title: 'timeout', value: (check) => span(check.timeoutMs) },
        { title: 'retries', value: (check) => check.retries },
      ]),
    );
    return 'ok';
  },
};
