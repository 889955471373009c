import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadActions } from '@cortex/actions';
import { loadChannels } from '@cortex/channels';
import { loadChecks } from '@cortex/checks';
import { formatProblems, parseConfiguration, readPluginFolders, type ConfigurationResult } from '@cortex/config';
import type { CortexConfiguration } from '@cortex/contracts';
import { listFiles, recordFiles } from '@cortex/service';
import { CliError } from '../core/cli-error.ts';
import type { CommandContext } from '../core/command.ts';
import { configurationFile } from './configuration-file.ts';

export interface LoadedConfiguration {
  readonly file: string;
  readonly result: ConfigurationResult;
  readonly plugins: Plugins;
  /** Of the files that were read. */
  readonly digest: string;
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
): Promise<Omit<LoadedConfiguration, 'result'> & { readonly configuration: CortexConfiguration }> {
  const { result, ...loaded } = await loadConfiguration(named, context);
  if (result.ok) return { configuration: result.configuration, ...loaded };
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
  const files = recordFiles(file, (path) => readFileSync(path, 'utf8'));
  const inputs = { entry: file, readFile: files.readFile, listFiles };
  const folders = readPluginFolders(inputs);
  const plugins = {
    actions: await loadActions(folders),
    checks: await loadChecks(folders),
    channels: await loadChannels(folders),
  };
  const result = parseConfiguration({ ...inputs, plugins });
  return { file, result, plugins, digest: files.digest() };
}

/** The same configuration as the console reads it, which knows of plugins the checks alone: for comparison with what it tells. */
export function asConsoleReads(file: string, { checks }: Plugins): CortexConfiguration {
  const inputs = { entry: file, readFile: (path: string) => readFileSync(path, 'utf8'), listFiles };
  const result = parseConfiguration({ ...inputs, plugins: { checks } });
  if (result.ok) return result.configuration;
  throw new CliError(
    'CORTEX_CONFIGURATION_INVALID',
    `the configuration has changed meanwhile:\n${formatProblems(result.problems)}`,
    'correct it; `cortex validate` shows this list again',
  );
}
