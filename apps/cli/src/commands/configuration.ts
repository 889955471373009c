import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadActions } from '@cortex/actions';
import { loadChannels } from '@cortex/channels';
import { loadChecks } from '@cortex/checks';
import { formatProblems, parseConfiguration, readPluginFolders, type ConfigurationResult } from '@cortex/config';
import type { CortexConfiguration } from '@cortex/contracts';
import { listFiles } from '@cortex/service';
import { CliError } from '../core/cli-error.ts';
import type { CommandContext } from '../core/command.ts';
import { configurationFile } from './configuration-file.ts';

export interface LoadedConfiguration {
  readonly file: string;
  readonly result: ConfigurationResult;
  readonly plugins: Plugins;
}

export interface Plugins {
  readonly actions: Awaited<ReturnType<typeof loadActions>>;
  readonly checks: Awaited<ReturnType<typeof loadChecks>>;
  readonly channels: Awaited<ReturnType<typeof loadChannels>>;
}

/** A valid configuration. Throws with all mistakes, if there are any. */
export async function requireConfiguration(
  named: string | undefined,
  context: CommandContext,
): Promise<{ readonly configuration: CortexConfiguration; readonly plugins: Plugins }> {
  const { result, plugins } = await loadConfiguration(named, context);
  if (result.ok) return { configuration: result.configuration, plugins };
  throw new CliError(
    'CORTEX_CONFIGURATION_INVALID',
    `the configuration has mistakes:\n${formatProblems(result.problems)}`,
    'correct them; `cortex validate` shows this list again',
  );
}

/** The file named by option or environment, or one of the usual name. */
export function findConfiguration(named: string | undefined, context: CommandContext): string | undefined {
  const wanted = named ?? (context.environment['CORTEX_CONFIG'] || undefined);
  if (wanted !== undefined) return wanted;
  return existsSync(resolve(context.workingFolder, 'cortex.yaml')) ? 'cortex.yaml' : undefined;
}

/** Validates the configuration with all plugins: Cortex's own and those of the user's folders. */
export async function loadConfiguration(
  named: string | undefined,
  context: CommandContext,
): Promise<LoadedConfiguration> {
  const file = configurationFile(named, context);
  const inputs = { entry: file, readFile: (path: string) => readFileSync(path, 'utf8'), listFiles };
  const folders = readPluginFolders(inputs);
  const plugins = {
    actions: await loadActions(folders),
    checks: await loadChecks(folders),
    channels: await loadChannels(folders),
  };
  const result = parseConfiguration({ ...inputs, plugins });
  return { file, result, plugins };
}
