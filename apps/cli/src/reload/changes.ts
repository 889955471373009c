import type { ConfigurationView } from '@cortex/api';
import { compareConfigurations, type ConfigurationChange, type FieldChange } from '@cortex/config';
import { dirname } from 'node:path';
import type { CommandContext } from '../core/command.ts';
import { requireConfiguration, withoutPlugins } from '../commands/configuration.ts';

/** What the running Cortex and the configuration here have in common, and what not. */
export interface Comparison {
  readonly file: string;
  readonly digest: string;
  readonly running: ConfigurationView;
  readonly changes: readonly ConfigurationChange[];
  /** Processes that run other files than these, whatever differs in them. */
  readonly otherFiles: number;
}

/** Compares a valid configuration with the one that is in use. Throws with all mistakes, if there are any. */
export async function compareWithRunning(named: string | undefined, context: CommandContext): Promise<Comparison> {
  const { file, digest } = await requireConfiguration(named, context);
  const running = await context.api.call('configuration');
  const before = withPaths(running.configuration, running.folder);
  const after = withPaths({ ...withoutPlugins(file) }, dirname(file));
  const otherFiles = running.processes.filter((process) => process.digest !== digest).length;
  return { file, digest, running, changes: compareConfigurations(before, after), otherFiles };
}

/** Paths below the folder of the configuration relative to it: that may be another one in a container. */
function withPaths<Value>(value: Value, folder: string): Value {
  if (typeof value === 'string') {
    if (value === folder) return '.' as Value;
    return (value.startsWith(`${folder}/`) ? `.${value.slice(folder.length)}` : value) as Value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => withPaths(item, folder)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPaths(inner, folder)])) as Value;
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

/** One line a change, and below it what differs. */
export function describeChanges(changes: readonly ConfigurationChange[]): string {
  return changes.flatMap(linesOf).join('\n');
}

function linesOf({ kind, name, change, fields, needsRestart }: ConfigurationChange): readonly string[] {
  const note = needsRestart ? '  (takes effect when Cortex is started anew)' : '';
  const [only] = fields;
  if (kind === 'setting' && only !== undefined) return [`${signs[change]} ${kind} ${name}: ${fromTo(only)}${note}`];
  return [`${signs[change]} ${kind} ${name}${note}`, ...fields.map((field) => `    ${field.path}: ${fromTo(field)}`)];
}

function fromTo({ before, after }: FieldChange): string {
  return `${shown(before)} → ${shown(after)}`;
}

const mostShown = 60;

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  const text = JSON.stringify(value);
  return text.length > mostShown ? `${text.slice(0, mostShown - 3)}...` : text;
}
