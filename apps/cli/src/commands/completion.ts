import { CliError } from '../core/cli-error.ts';
import { requiredArgument, type CommandDefinition } from '../core/command.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../completion/scripts.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `loadCommands` loads the table that this command is part of. */
export function completionCommand(loadCommands: () => Promise<readonly CommandDefinition[]>): CommandDefinition {
  return {
    name: 'completion',
    summary: 'Print a script that completes commands, lists and options in your shell',
    arguments: [{ syntax: '<shell>', summary: 'your shell', choices: Object.keys(scripts) }],
    examples: [
      {
        line: 'cortex completion bash > ~/.local/share/bash-completion/completions/cortex',
        says: 'from the next shell on',
      },
      { line: 'cortex completion zsh > "${fpath[1]}/_cortex"', says: 'or: source <(cortex completion zsh)' },
      { line: 'cortex completion fish > ~/.config/fish/completions/cortex.fish', says: 'from the next shell on' },
    ],
    async run(input) {
      const shell = requiredArgument(input);
      const script = Object.entries(scripts).find(([name]) => name === shell)?.[1];
      if (script === undefined)
        throw new CliError('CORTEX_CLI_USAGE', `no shell "${shell}"`, 'bash, zsh or fish', 'usage');
      input.context.print(script(await loadCommands()).trimEnd());
      return 'ok';
    },
  };
}
