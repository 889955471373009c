import { Problem } from '@cortex/api';
import { isErrorCode } from '@cortex/errors';
import { CliError } from '../core/cli-error.ts';
import type { ExitReason } from '../core/exit-codes.ts';

/** The error for an answer other than a success. */
export async function refusalOf(response: Response, address: string): Promise<CliError> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  if (problem.success) {
    const { code, detail, cause, fix } = problem.data;
    const message = `${detail}${cause === '' ? '' : ` (${cause})`}`;
    const exitReason = exitReasonOf(response.status);
    if (isErrorCode(code)) return new CliError(code, message, fix, exitReason);
    return new CliError('CORTEX_CLI_REFUSED', `${code}: ${message}`, fix, exitReason);
  }
  // The server that answered is no console, or one that is still starting.
  if (response.status === 503) {
    return new CliError('CORTEX_CLI_STARTING', 'the console is starting', 'try again in a moment', 'unreachable');
  }
  return notCortex(address);
}

export function notCortex(url: string): CliError {
  return new CliError(
    'CORTEX_CLI_NOT_A_CONSOLE',
    `what answers at ${url} is not a Cortex console`,
    'name the console with --url or CORTEX_URL',
    'unreachable',
  );
}

function exitReasonOf(status: number): ExitReason {
  if (status === 404) return 'notFound';
  if (status === 401 || status === 403 || status === 409 || status === 429) return 'refused';
  if (status === 503) return 'unreachable';
  return status < 500 ? 'usage' : 'failed';
}
