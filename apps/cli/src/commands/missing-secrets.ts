import { readFileSync } from 'node:fs';
import { checkPageLinks, findSecretUses, formatProblems, type Problem } from '@cortex/config';
import type { CortexConfiguration } from '@cortex/contracts';
import { unreadableSecrets } from '@cortex/secrets';
import { listFiles } from '@cortex/service';
import { CliError } from '../core/cli-error.ts';

const readFile = (path: string): string => readFileSync(path, 'utf8');

/** Every secret that the configuration and its playbooks refer to and that cannot be read here and now. */
export async function missingSecrets(entry: string): Promise<readonly Problem[]> {
  const uses = findSecretUses({ entry, readFile, listFiles });
  const unreadable = await unreadableSecrets(uses.map(({ reference }) => reference));
  const reasons = new Map(unreadable.map(({ reference, ...why }) => [reference, why]));
  return uses.flatMap(({ reference, ...place }) => {
    const why = reasons.get(reference);
    return why === undefined ? [] : [{ ...place, code: 'CORTEX_CONFIG_SECRET_UNREADABLE', ...why }];
  });
}

/** What is doubtful about where the links of pages lead. */
export function doubtfulLinks(entry: string, configuration: CortexConfiguration): readonly Problem[] {
  return checkPageLinks(configuration, { entry, readFile });
}

/** A pager without its secret is silent: nothing starts, unless the user says that it may. */
export async function refuseMissingSecrets(entry: string, isAllowed: boolean): Promise<readonly Problem[]> {
  const problems = await missingSecrets(entry);
  if (problems.length === 0 || isAllowed) return problems;
  throw new CliError(
    'CORTEX_CONFIG_SECRET_UNREADABLE',
    `nothing was started, because secrets are missing:\n${formatProblems(problems)}`,
    'make them readable for this process, or start without them: --allow-missing-secrets',
  );
}
