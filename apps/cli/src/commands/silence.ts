import { parseDuration, QuantityError } from '@cortex/conditions';
import { CliError } from '../core/cli-error.ts';
import { requiredArgument, textOption, type CommandDefinition, type CommandInput } from '../core/command.ts';
import { show } from '../output/show.ts';
import { byOption, personOf } from './who.ts';

export const silenceCommand: CommandDefinition = {
  name: 'silence',
  summary: 'Leave a service, an instance or a check alone for a while: no checks, no remediation, no pages',
  arguments: [{ syntax: '<service>', summary: 'its name' }],
  options: [
    { flags: '--instance <id>', summary: 'only this instance' },
    { flags: '--check <name>', summary: 'only this check rests; all else goes on' },
    { flags: '--for <span>', summary: 'how long: 30m, 2h, 1d; at most 30 days (default: 1h)' },
    { flags: '--until <time>', summary: 'instead of --for: an ISO time' },
    { flags: '--reason <text>', summary: 'why', isRequired: true },
    byOption,
  ],
  examples: [
    { line: 'cortex silence shop --for 2h --reason "moving to new disks"', says: 'the whole service' },
    { line: 'cortex silence shop --instance shop-2 --reason "debugging"', says: 'one instance, for an hour' },
    {
      line: 'cortex silence shop --check signup --until 2026-03-06T18:00:00Z --reason "the mail test server is away"',
      says: 'one check; the service is healed as ever',
    },
  ],
  async run(input) {
    const { api } = input.context;
    const body = {
      service: requiredArgument(input),
      instance: textOption(input, 'instance'),
      check: textOption(input, 'check'),
      endsAt: endOf(input),
      by: personOf(input),
      reason: textOption(input, 'reason') ?? '',
    };
    const answer = await api.call('silence', { body });
    show(input.context, answer, ({ silence, detail }) =>
      silence === undefined ? detail : `${detail}; end it before with: cortex unsilence ${silence.id}`,
    );
    return 'ok';
  },
};

export const unsilenceCommand: CommandDefinition = {
  name: 'unsilence',
  summary: 'End a silence now',
  arguments: [{ syntax: '<silence>', summary: 'its id; `cortex get silences` lists them' }],
  options: [byOption],
  examples: [
    { line: 'cortex unsilence 3f9a0c12d4e5', says: 'checks go on within a second, then incidents are decided' },
  ],
  async run(input) {
    const answer = await input.context.api.call('unsilence', {
      params: { id: requiredArgument(input) },
      body: { by: personOf(input) },
    });
    show(input.context, answer, ({ detail }) => detail);
    return 'ok';
  },
};

function endOf(input: CommandInput): string {
  const [length, until] = [textOption(input, 'for'), textOption(input, 'until')];
  if (length !== undefined && until !== undefined) throw badTime('--for and --until both say when it ends', 'give one');
  const end = new Date(until ?? Date.now() + lengthOf(length ?? '1h'));
  if (Number.isNaN(end.getTime())) throw badTime(`--until: "${until}" is no moment`, 'write 2026-03-06T18:00:00Z');
  return end.toISOString();
}

function lengthOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof QuantityError) throw badTime(`--for: ${error.cause}`, error.fix);
    throw error;
  }
}

function badTime(message: string, fix: string): CliError {
  return new CliError('CORTEX_CLI_BAD_TIME', message, fix, 'usage');
}
