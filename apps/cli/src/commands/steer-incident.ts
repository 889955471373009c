import { requiredArgument, textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { byOption, personOf } from './who.ts';

const incidentArgument = { syntax: '<incident>', summary: 'its id as lists show it; four characters are enough' };

export const ackCommand: CommandDefinition = {
  name: 'ack',
  summary: 'Take an incident, so that nobody else is called for it',
  arguments: [incidentArgument],
  options: [byOption, { flags: '--comment <text>', summary: 'kept with the incident', default: '' }],
  examples: [{ line: 'cortex ack 5f3c07d1 --comment "looking at it"', says: 'stop the escalation' }],
  run: (input) => steer(input, 'acknowledge'),
};

export const closeCommand: CommandDefinition = {
  name: 'close',
  summary: 'Say that an incident is over',
  arguments: [incidentArgument],
  options: [byOption, { flags: '--comment <text>', summary: 'how it was solved', isRequired: true }],
  examples: [{ line: 'cortex close 5f3c07d1 --comment "replaced the disk"', says: 'end it by hand' }],
  run: (input) => steer(input, 'close'),
};

async function steer(input: Parameters<CommandDefinition['run']>[0], verb: 'acknowledge' | 'close') {
  const { api } = input.context;
  const params = { id: requiredArgument(input) };
  const body = { by: personOf(input), comment: textOption(input, 'comment') ?? '' };
  show(input.context, await api.call(verb, { params, body }), ({ detail }) => detail);
  return 'ok' as const;
}
