import { requiredArgument, textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { targetOf } from './target-of.ts';
import { byOption, personOf } from './who.ts';

export const unfreezeCommand: CommandDefinition = {
  name: 'unfreeze',
  summary: 'Let Cortex act again on a target that it froze because trouble came back too often',
  arguments: [{ syntax: '<target>', summary: 'a service, or one instance of it: shop/shop-1' }],
  options: [{ flags: '--reason <text>', summary: 'why, for the audit trail' }, byOption],
  examples: [
    { line: 'cortex unfreeze shop/shop-1', says: 'one instance; it is looked at and decided at once' },
    {
      line: 'cortex unfreeze shop --reason "the bad release is gone"',
      says: 'every instance of the service that is frozen',
    },
  ],
  async run(input) {
    const body = {
      ...targetOf(requiredArgument(input)),
      by: personOf(input),
      reason: textOption(input, 'reason') ?? '',
    };
    const answer = await input.context.api.call('unfreeze', { body });
    show(input.context, answer, ({ detail }) => detail);
    return 'ok';
  },
};
