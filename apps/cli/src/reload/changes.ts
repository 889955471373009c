import type { ConfigurationView } from '@cortex/api';
import { compareConfigurations, type ConfigurationChange, type FieldChange } from '@cortex/config';
import { dirname } from 'node:path';
import type { CommandContext } from '../core/command.ts';
import { asConsoleReads, requireConfiguration } from '../commands/configuration.ts';

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
  const { file, digest, plugins } = await requireConfiguration(named, context);
  const running = await context.api.call('configuration');
  const otherFiles = running.processes.filter((process) => process.digest !== digest).length;
  const changes = changesBetween(running, {
    folder: dirname(file),
    configuration: { ...asConsoleReads(file, plugins) },
  });
  return { file, digest, running, changes, otherFiles };
}

interface Placed {
  /** That of the configuration file. */
  readonly folder: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Stands for the folder of the configuration; no path of a user contains it. */
const folderMark = '\u0000folder';

/**
 * What differs. A path below the folder of the configuration is the same as the one below the other folder: that may be
 * another one in a container. Paths that differ are told as they are on each side.
 */
export function changesBetween(before: Placed, after: Placed): readonly ConfigurationChange[] {
  const marked = ({ configuration, folder }: Placed) => moved(configuration, folder, folderMark);
  return compareConfigurations(marked(before), marked(after)).map((change) => ({
    ...change,
    fields: change.fields.map((field) => ({
      ...field,
      before: moved(field.before, folderMark, before.folder),
      after: moved(field.after, folderMark, after.folder),
    })),
  }));
}

/** Every path in or below one folder, in or below another. */
function moved<Value>(value: Value, from: string, to: string): Value {
  if (typeof value === 'string') {
    return (value === from || value.startsWith(`${from}/`) ? `${to}${value.slice(from.length)}` : value) as Value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => moved(item, from, to)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moved(inner, from, to)])) as Value;
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
