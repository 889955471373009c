import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '@cortex/errors';
import { z } from 'zod';
import { PluginLoadError } from './plugin-load-error.ts';
import type { PluginKind } from './plugin-load-error.ts';

/** The common fields of every plugin. */
export interface AnyPlugin {
  readonly name: string;
  readonly summary: string;
  readonly params: z.ZodType;
}

export interface PluginSource<Plugin extends AnyPlugin> {
  /** Every `<name><suffix>` in these is a plugin. */
  readonly folders: readonly string[];
  readonly kind: PluginKind;
  /** `.action.mjs` */
  readonly suffix: string;
  /** The form of a plugin file, for the user who has to mend one. */
  readonly shape: string;
  /** The plugins that come with Cortex. Their names are taken. */
  readonly builtin: ReadonlyMap<string, Plugin>;
  /** Passed to the file beside `z`: `{ defineAction }`. */
  readonly tools: Readonly<Record<string, unknown>>;
  /** The problem of a plugin beyond name, summary and params, if there is one. */
  readonly problemOf: (plugin: Partial<Plugin>) => string | undefined;
  /** Validates a plugin by the rules of its kind, whether or not the file called it. May throw. */
  readonly define: (plugin: Plugin) => Plugin;
}

/**
 * The built-in plugins and those of the user's folders. The default export of a file is a function that gets `z` and
 * the tools of its kind, and returns the plugin. Throws {@link PluginLoadError} on the first unusable one.
 */
export async function loadPlugins<Plugin extends AnyPlugin>(
  source: PluginSource<Plugin>,
): Promise<ReadonlyMap<string, Plugin>> {
  const plugins = new Map(source.builtin);
  const origins = new Map([...source.builtin.keys()].map((name) => [name, 'Cortex itself']));
  for (const folder of source.folders) {
    for (const file of await pluginFiles(folder, source)) {
      const plugin = await loadPlugin(file, source);
      const origin = origins.get(plugin.name);
      if (origin !== undefined) {
        const { article, kind } = { article: source.kind === 'action' ? 'an' : 'a', kind: source.kind };
        const problem = `${article} ${kind} "${plugin.name}" comes from ${origin} already`;
        throw new PluginLoadError(kind, file, { problem, fix: 'choose another name' });
      }
      plugins.set(plugin.name, plugin);
      origins.set(plugin.name, file);
    }
  }
  return plugins;
}

async function pluginFiles(
  folder: string,
  { kind, suffix }: Pick<PluginSource<AnyPlugin>, 'kind' | 'suffix'>,
): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(suffix))
      .sort()
      .map((name) => join(folder, name));
  } catch (cause) {
    const problem = { problem: 'the plugin folder cannot be read', fix: 'create it, or correct `plugins`' };
    throw new PluginLoadError(kind, folder, problem, { cause });
  }
}

async function loadPlugin<Plugin extends AnyPlugin>(file: string, source: PluginSource<Plugin>): Promise<Plugin> {
  const refuse = (problem: string, options?: ErrorOptions) =>
    new PluginLoadError(source.kind, file, { problem, fix: source.shape }, options);
  let made: unknown;
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    if (typeof module.default !== 'function') throw new TypeError('it has no function as default export');
    made = await module.default({ ...source.tools, z });
  } catch (cause) {
    throw refuse(messageOf(cause), { cause });
  }
  if (typeof made !== 'object' || made === null) throw refuse(`it made no ${source.kind}`);
  const plugin: Partial<Plugin> = made;
  const problem = commonProblem(plugin) ?? source.problemOf(plugin);
  if (problem !== undefined) throw refuse(problem);
  try {
    return source.define(plugin as Plugin);
  } catch (cause) {
    throw refuse(messageOf(cause), { cause });
  }
}

function commonProblem(plugin: Partial<AnyPlugin>): string | undefined {
  const { name, summary, params } = plugin;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{1,63}$/.test(name)) {
    return 'name must be snake_case, 2 to 64 characters';
  }
  if (typeof summary !== 'string' || summary === '') return 'summary is missing';
  if (!(params instanceof z.ZodType)) return 'params must be a schema made with the z that is handed in';
  return undefined;
}
