import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadActions } from '@cortex/actions';
import { loadChannels } from '@cortex/channels';
import { loadChecks } from '@cortex/checks';
import { parseConfiguration, readPluginFolders, type ConfigurationResult } from '@cortex/config';
import { listFiles } from '@cortex/service';
import { CliError } from '../core/cli-error.ts';
import type { Surroundings } from '../core/command.ts';

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

/** Judges the configuration with all plugins: Cortex's own and those of the user's folders. */
export async function loadConfiguration(
  named: string | undefined,
  surroundings: Surroundings,
): Promise<LoadedConfiguration> {
  const file = resolve(
    surroundings.workingFolder,
    named ?? (surroundings.environment['CORTEX_CONFIG'] || 'cortex.yaml'),
  );
  if (!existsSync(file)) {
    throw new CliError(
      'CORTEX_CLI_NOT_FOUND',
      `no file ${file}`,
      'name the configuration file, or set CORTEX_CONFIG',
      'notFound',
    );
  }
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
