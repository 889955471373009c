import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import type { OptionDefinition, CommandContext } from '../core/command.ts';

/** The option of every command that reads a configuration. */
export const configOption: OptionDefinition = {
  flags: '--config <file>',
  summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml)',
};

/** The path of the configuration, which exists. */
export function configurationFile(named: string | undefined, context: CommandContext): string {
  const file = resolve(context.workingFolder, named ?? (context.environment['CORTEX_CONFIG'] || 'cortex.yaml'));
  if (existsSync(file)) return file;
  throw new CliError(
    'CORTEX_CLI_NOT_FOUND',
    `no file ${file}`,
    'name the configuration file, or set CORTEX_CONFIG',
    'notFound',
  );
}
