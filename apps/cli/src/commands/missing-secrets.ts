import { readFileSync } from 'node:fs';
import { checkPageLinks, findSecretUses, formatProblems, type Problem } from '@cortex/config';
import type { CortexConfiguration } from '@cortex/contracts';
import { whyUnreadable } from '@cortex/secrets';
import { listFiles } from '@cortex/service';
import { CliError } from '../core/cli-error.ts';

const readFile = (path: string): string => readFileSync(path, 'utf8');

/** Every secret that the configuration and its playbooks refer to and that cannot be read here and now. */
export async function missingSecrets(entry: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { reference, ...place } of findSecretUses({ entry, readFile, listFiles })) {
    const problem = await whyUnreadable(reference);
    if (problem === undefined) continue;
    const message = `the secret ${reference} cannot be read: ${problem}`;
    problems.push({ ...place, code: 'CORTEX_CONFIG_SECRET_UNREADABLE', message, fix: fixOf(reference) });
  }
  return problems;
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

function fixOf(reference: string): string {
  return reference.startsWith('env:')
    ? `export ${reference.slice('env:'.length)}=… before Cortex is started, or correct the name`
    : `write the secret into ${reference.slice('file:'.length)}, readable for the user of Cortex, or correct the path`;
}
