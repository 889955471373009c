import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../core/cli-error.ts';

const defaultUrl = 'http://127.0.0.1:7780';

/** The address of the console: `--url`, `CORTEX_URL`, the file that `cortex up` wrote here, or the default. */
export function consoleUrl(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): string {
  const named = option ?? (environment['CORTEX_URL'] || undefined);
  if (named !== undefined) return checked(named, option === undefined ? 'CORTEX_URL' : '--url');
  for (const folder of ['.cortex', '.cortex/demo']) {
    const noted = notedUrl(join(workingFolder, folder, 'run', 'console.json'));
    if (noted !== undefined) return noted;
  }
  return defaultUrl;
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

function notedUrl(file: string): string | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof note !== 'object' || note === null || !('url' in note)) return undefined;
    return typeof note.url === 'string' ? checked(note.url, file) : undefined;
  } catch {
    // No stack runs here, or it is just being written.
    return undefined;
  }
}
