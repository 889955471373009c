import { formatProblems, parseConfiguration, readPluginFolders, type PluginCatalogue } from '@cortex/config';
import type { CortexConfiguration } from '@cortex/contracts';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError } from './errors.ts';
import { recordFiles } from './record-files.ts';

/** Loads the plugins that a service runs: Cortex's own and those of the user's folders. */
export type PluginLoader = (folders: readonly string[]) => Promise<PluginCatalogue>;

const readFile = (path: string): string => readFileSync(path, 'utf8');

/** A configuration that is valid, and the digest of the files that it was read from. */
export interface ReadConfiguration {
  readonly configuration: CortexConfiguration;
  readonly digest: string;
}

/** Reads and validates the user's configuration. Throws one error that lists every problem with its place. */
export async function loadConfiguration(entry: string, loadPlugins?: PluginLoader): Promise<CortexConfiguration> {
  return (await readConfiguration(entry, loadPlugins)).configuration;
}

/** The same, with the digest of what was read. */
export async function readConfiguration(entry: string, loadPlugins?: PluginLoader): Promise<ReadConfiguration> {
  const plugins = await loadPlugins?.(readPluginFolders({ entry, readFile }));
  const files = recordFiles(entry, readFile);
  const inputs = { entry, readFile: files.readFile, listFiles };
  const result = parseConfiguration({ ...inputs, ...(plugins === undefined ? {} : { plugins }) });
  if (result.ok) return { configuration: result.configuration, digest: files.digest() };
  throw new ConfigurationError(formatProblems(result.problems), result.problems);
}

/** Files that match a pattern: `*` matches within the last segment of the path only. */
export function listFiles(pattern: string): string[] {
  const folder = dirname(pattern);
  const parts = basename(pattern).split('*');
  try {
    return readdirSync(folder)
      .filter((name) => matches(name, parts))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    // A missing folder holds no files; the configuration reports the pattern without matches.
    return [];
  }
}

function matches(name: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let position = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return position <= name.length - last.length;
}
