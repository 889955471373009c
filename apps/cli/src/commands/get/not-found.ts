import { CliError } from '../../core/cli-error.ts';

export function notFound(what: string, id: string, list: string): CliError {
  return new CliError('CORTEX_CLI_NOT_FOUND', `no ${what} "${id}"`, `list them with \`${list}\``, 'notFound');
}
