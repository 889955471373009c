import { parseDuration, QuantityError } from '@cortex/conditions';
import { CliError } from '../../core/cli-error.ts';
import { textOption, type CommandInput } from '../../core/command.ts';

/** A duration such as `500ms` in milliseconds, at least one; undefined when the option was not given. */
export function optionDuration(input: CommandInput, name: string): number | undefined {
  const text = textOption(input, name);
  if (text === undefined) return undefined;
  try {
    const ms = parseDuration(text);
    if (ms > 0) return ms;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new CliError('CORTEX_CLI_BAD_TIME', `--${name}: ${error.cause}`, error.fix, 'usage');
  }
  throw new CliError('CORTEX_CLI_BAD_TIME', `--${name}: "${text}" is no time at all`, 'write 500ms, 1s, 5m', 'usage');
}
