import { CortexError } from '@cortex/errors';

/** Settings that come from the environment alone; a token does not belong in a configuration file. */
export interface ConsoleSettings {
  /** Required on every route of the API, if set. */
  readonly token?: string;
  /** Host names that browsers may use without a token. */
  readonly trustedHosts: readonly string[];
}

export function readSettings(variables: Readonly<Record<string, string | undefined>>): ConsoleSettings {
  const token = variables['CORTEX_API_TOKEN']?.trim();
  if (token !== undefined && token !== '' && token.length < 16) throw new ConsoleSettingsError();
  const trustedHosts = (variables['CORTEX_CONSOLE_HOSTS'] ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
  return { trustedHosts, ...(token === undefined || token === '' ? {} : { token }) };
}

export class ConsoleSettingsError extends CortexError {
  constructor() {
    super(
      'CORTEX_ENVIRONMENT_INVALID',
      'CORTEX_API_TOKEN is shorter than 16 characters\n  fix: take a random one, for example from `openssl rand -hex 24`',
    );
  }
}
