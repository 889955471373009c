import { CliError } from '../core/cli-error.ts';
import { stackOf } from './stack-of-folder.ts';

const defaultUrl = 'http://127.0.0.1:7780';

/** The address of the console: `--url`, `CORTEX_URL`, that of the stack that runs here, or the default. */
export function consoleUrl(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): string {
  const named = option ?? (environment['CORTEX_URL'] || undefined);
  if (named !== undefined) return checked(named, option === undefined ? 'CORTEX_URL' : '--url');
  return stackOf(workingFolder)?.consoleUrl ?? defaultUrl;
}

function checked(text: string, origin: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return text.replace(/\/+$/, '');
  throw new CliError(
    'CORTEX_CLI_BAD_URL',
    `${origin} is no address: "${text}"`,
    `write it like ${defaultUrl}`,
    'usage',
  );
}
