import { formatProblems, parseConfiguration } from '@cortex/config';
import { targetKey } from '@cortex/contracts';
import type { CortexConfiguration, Target } from '@cortex/contracts';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pluginsOf } from './plugins/plugins.ts';

const folder = dirname(fileURLToPath(import.meta.url));

/** The configuration of the site, parsed as a user's is. */
export const configuration: CortexConfiguration = parse();

export const targets: readonly Target[] = configuration.services.flatMap(({ name, instances }) =>
  instances.map(({ id }) => ({ service: name, instance: id })),
);

export const protectedKeys: ReadonlySet<string> = new Set(configuration.safety.protectedTargets.map(targetKey));

function parse(): CortexConfiguration {
  const result = parseConfiguration({
    entry: join(folder, 'site.yaml'),
    readFile: (path) => readFileSync(path, 'utf8'),
    listFiles: (pattern) =>
      readdirSync(dirname(pattern))
        .toSorted()
        .map((name) => join(dirname(pattern), name)),
    plugins: pluginsOf(undefined),
  });
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.configuration;
}
