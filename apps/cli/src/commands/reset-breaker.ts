import { requiredArgument, textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { byOption, personOf } from './who.ts';

export const resetBreakerCommand: CommandDefinition = {
  name: 'reset-breaker',
  summary: 'Let a playbook be used again where its circuit breaker opened, after its cool-down',
  arguments: [{ syntax: '<playbook>', summary: 'its id' }],
  options: [{ flags: '--service <name>', summary: 'on this service alone; without it wherever it is open' }, byOption],
  examples: [
    { line: 'cortex reset-breaker restart_shop', says: 'the playbook may be chosen again' },
    { line: 'cortex reset-breaker restart --service shop', says: 'on the shop; elsewhere it stays as it is' },
  ],
  async run(input) {
    const playbook = requiredArgument(input);
    const answer = await input.context.api.call('resetBreaker', {
      params: { playbook },
      query: { service: textOption(input, 'service') },
      body: { by: personOf(input) },
    });
    show(input.context, answer, ({ breakers }) =>
      breakers
        .map(({ service }) => `the breaker of ${playbook}${service === undefined ? '' : ` on ${service}`} is closed`)
        .join('\n'),
    );
    return 'ok';
  },
};
