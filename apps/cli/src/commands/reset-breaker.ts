import { requiredArgument, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { byOption, personOf } from './who.ts';

export const resetBreakerCommand: CommandDefinition = {
  name: 'reset-breaker',
  summary: 'Let a playbook be used again after its circuit breaker opened and its cool-down passed',
  arguments: [{ syntax: '<playbook>', summary: 'its id' }],
  options: [byOption],
  examples: [{ line: 'cortex reset-breaker restart_shop', says: 'the playbook may be chosen again' }],
  async run(input) {
    const playbook = requiredArgument(input);
    const answer = await input.context.api.call('resetBreaker', {
      params: { playbook },
      body: { by: personOf(input) },
    });
    show(input.context, answer, () => `the breaker of ${playbook} is closed`);
    return 'ok';
  },
};
