import { textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { table } from '../output/table.ts';
import { age } from '../output/time.ts';

export const deadLettersCommand: CommandDefinition = {
  name: 'dead-letters',
  summary: 'Show messages that could not be handled, newest first, with the reason',
  options: [{ flags: '--limit <number>', summary: 'at most so many' }],
  examples: [{ line: 'cortex dead-letters --limit 10', says: 'the last ten; -o json shows their bytes' }],
  async run(input) {
    const { context } = input;
    const answer = await context.api.call('deadLetters', { query: { limit: textOption(input, 'limit') } });
    show(context, answer, ({ deadLetters }) =>
      deadLetters.length === 0
        ? 'no dead letters'
        : table(deadLetters, [
            { title: 'age', value: (letter) => age(letter.at) },
            { title: 'reason', value: (letter) => letter.reason },
            { title: 'consumer', value: (letter) => letter.consumer },
            { title: 'subject', value: (letter) => letter.subject },
            { title: 'at', value: (letter) => `${letter.stream}:${letter.streamSequence}` },
            { title: 'detail', value: (letter) => letter.detail },
          ]),
    );
    return 'ok';
  },
};
