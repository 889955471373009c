import { CliError } from './cli-error.ts';
import { textOption, type CommandInput } from './command.ts';

/** The port that an option with a default names; 0 lets the system choose. */
export function portOption(input: CommandInput, flag: string): number {
  // The parser names options in camel case.
  const name = flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const text = textOption(input, name) ?? '';
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CliError('CORTEX_CLI_USAGE', `--${flag} ${text} is no port`, 'use a number from 0 to 65535', 'usage');
}
