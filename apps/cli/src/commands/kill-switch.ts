import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { killSwitchText } from './get/kill-switch.ts';
import { byOption, personOf } from './who.ts';

export const killSwitchCommand: CommandDefinition = {
  name: 'kill-switch',
  summary: 'Stop every new change that Cortex would make, or let it act again; without an argument, show it',
  arguments: [{ syntax: '[position]', summary: 'on stops Cortex, off lets it act', choices: ['on', 'off'] }],
  options: [byOption, { flags: '--reason <text>', summary: 'why; needed to turn it' }],
  examples: [
    {
      line: 'cortex kill-switch on --reason "it restarts healthy pods"',
      says: 'holds within a second, over every restart',
    },
    {
      line: 'cortex kill-switch off --reason "the check is fixed"',
      says: 'waiting incidents are decided again at once',
    },
    { line: 'cortex kill-switch', says: 'is it on, who turned it, why' },
  ],
  async run(input) {
    const { api } = input.context;
    const [position] = input.arguments;
    if (position === undefined) {
      show(input.context, await api.call('killSwitch'), killSwitchText);
      return 'ok';
    }
    const reason = textOption(input, 'reason')?.trim();
    if (reason === undefined || reason === '') {
      throw new CliError(
        'CORTEX_CLI_REASON_MISSING',
        'the kill switch is turned with a reason',
        'add --reason "…"',
        'usage',
      );
    }
    const body = { on: position === 'on', by: personOf(input), reason };
    show(input.context, await api.call('turnKillSwitch', { body }), killSwitchText);
    return 'ok';
  },
};
