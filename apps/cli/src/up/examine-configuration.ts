import { readFileSync } from 'node:fs';
import { formatProblems, parseConfiguration } from '@cortex/config';
import { listFiles } from '@cortex/service';
import { doubtfulLinks, missingSecrets, refuseMissingSecrets } from '../commands/missing-secrets.ts';
import type { CommandContext } from '../core/command.ts';

/**
 * Refuses what would fail later and in silence, and warns of what is doubtful, before anything is started. Knows no
 * plugins, which are not in the memory of this process: a configuration that is invalid is refused by whoever runs the
 * services, with every mistake in it; which secrets are missing is said here in every case.
 */
export async function examineConfiguration(
  entry: string,
  isAllowedMissingSecrets: boolean,
  { note }: CommandContext,
): Promise<{ readonly consolePort?: number }> {
  const result = parseConfiguration({ entry, readFile: (path) => readFileSync(path, 'utf8'), listFiles });
  if (!result.ok) {
    const missing = isAllowedMissingSecrets ? [] : await missingSecrets(entry);
    if (missing.length > 0) note(`also missing:\n${formatProblems(missing)}`);
    return {};
  }
  const missing = await refuseMissingSecrets(entry, isAllowedMissingSecrets);
  const doubts = [...missing, ...doubtfulLinks(entry, result.configuration)];
  if (doubts.length > 0) note(`warning: ${formatProblems(doubts)}`);
  return { consolePort: result.configuration.console.port };
}
