import type { ApiClient } from '../api/api-client-port.ts';
import type { ExitReason } from './exit-codes.ts';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** The context of a command: terminal, working folder, environment, console. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly output: 'table' | 'json';
  readonly hasColour: boolean;
  /** The terminal's size now; undefined when the output goes elsewhere. */
  readonly screen: () => Screen | undefined;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** The console at `--url`. Reads its address when it is first needed. */
  readonly api: ApiClient;
  /** One line, or several. */
  print(text: string): void;
  /** To the error output: progress and warnings. */
  note(text: string): void;
}

export interface CommandInput {
  readonly arguments: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: CommandContext;
}

export interface ArgumentDefinition {
  /** `<incident>` is required, `[file]` is not. */
  readonly syntax: string;
  readonly summary: string;
  readonly choices?: readonly string[];
}

export interface OptionDefinition {
  /** As commander takes it: `--limit <number>`. */
  readonly flags: string;
  readonly summary: string;
  readonly default?: string;
  readonly isRequired?: boolean;
  /** May be given several times; then all of them are there, in order. */
  readonly isRepeatable?: boolean;
}

/** One command: the help, the docs and the parser are all made from this. */
export interface CommandDefinition {
  /** `audit verify`: words nest. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  readonly examples: readonly { readonly line: string; readonly says: string }[];
  readonly run: (input: CommandInput) => Promise<ExitReason>;
}

/** The text of an option, if it was given. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** All texts of a repeatable option, in order. */
export function textOptions(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** An argument that the parser has ensured. */
export function requiredArgument(input: CommandInput, index = 0): string {
  const value = input.arguments[index];
  if (value === undefined) throw new TypeError(`argument ${index} is missing, though the parser asks for it`);
  return value;
}
