import { CortexError, errorEntry, messageOf } from '@cortex/errors';
import { Argument, Command, CommanderError, Option } from 'commander';
import { consoleUrl } from './api/console-url.ts';
import { createLazyApiClient } from './api/lazy-api-client.ts';
import { loadCommandsFor } from './command-table.ts';
import { CliError } from './core/cli-error.ts';
import type { CommandDefinition, CommandContext } from './core/command.ts';
import { exitCodes, type ExitReason } from './core/exit-codes.ts';
import { groupMessage, withNearestName } from './core/usage-hints.ts';

const version = '0.1.0';

/** The process as a command line sees it; tests hand in their own. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly screen: CommandContext['screen'];
  readonly signal: AbortSignal;
  write(text: string): void;
  writeError(text: string): void;
}

/** Runs one command line and returns the exit code. Never throws. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  const exitReason: { is: ExitReason } = { is: 'ok' };
  const isJson = isJsonWanted(words);
  try {
    const commands = await loadCommandsFor(words);
    const program = buildProgram(commands, terminal, isJson, (next) => (exitReason.is = next));
    await program.parseAsync([...words], { from: 'user' });
    return exitCodes[exitReason.is].code;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error);
    const failure = asCliError(error);
    terminal.writeError(failureText(failure, isJson));
    return exitCodes[failure.exitReason].code;
  }
}

/** The parser for these commands. */
function buildProgram(
  commands: readonly CommandDefinition[],
  terminal: Terminal,
  isJson: boolean,
  onEnd: (exitReason: ExitReason) => void,
): Command {
  const program = new Command('cortex')
    .description('See and steer Cortex, the healer of your services.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      getOutHasColors: () => hasColour(terminal),
      getErrHasColors: () => hasColour(terminal),
      outputError: (text, write) => write(failureText(usageError(text, commands), isJson)),
    })
    .addHelpText('after', `\nExit codes:\n${exitCodeLines()}\n\nEvery command has examples: cortex <command> --help`);
  for (const definition of commands) addCommand({ program, commands, terminal, onEnd }, definition);
  return program;
}

interface ProgramParts {
  readonly program: Command;
  readonly commands: readonly CommandDefinition[];
  readonly terminal: Terminal;
  readonly onEnd: (exitReason: ExitReason) => void;
}

function addCommand({ program, commands, terminal, onEnd }: ProgramParts, definition: CommandDefinition): void {
  const names = definition.name.split(' ');
  const last = names.pop() ?? definition.name;
  const command = parentOf(program, commands, names).command(last).description(definition.summary).helpCommand(false);
  for (const { syntax, summary, choices } of definition.arguments ?? []) {
    const argument = new Argument(syntax, summary);
    command.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  for (const { flags, summary, default: preset, isRequired, isRepeatable } of definition.options ?? []) {
    const option = new Option(flags, summary).makeOptionMandatory(isRequired === true);
    if (isRepeatable === true) option.argParser((value, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(preset === undefined || preset === '' ? option : option.default(preset));
  }
  command
    .addOption(
      new Option('-o, --output <form>', 'table for people, json for programs')
        .choices(['table', 'json'])
        .default('table'),
    )
    .option(
      '--url <address>',
      'address of the console (default: CORTEX_URL, else the stack of this folder, else http://127.0.0.1:7780)',
    )
    .addHelpText('after', examplesText(definition))
    .action(async (...given: unknown[]) => {
      const words = given.slice(0, definition.arguments?.length ?? 0) as (string | undefined)[];
      const options = command.opts<Record<string, unknown>>();
      onEnd(await definition.run({ arguments: words, options, context: contextOf(terminal, options) }));
    });
}

function parentOf(program: Command, commands: readonly CommandDefinition[], names: readonly string[]): Command {
  let parent = program;
  for (const name of names) {
    parent = parent.commands.find((command) => command.name() === name) ?? addGroup(parent, name, commands);
  }
  return parent;
}

/** Alone it is no command, and says which there are. */
function addGroup(parent: Command, name: string, commands: readonly CommandDefinition[]): Command {
  return parent
    .command(name)
    .description(`See \`cortex ${name} --help\``)
    .argument('[command]')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((word: string | undefined) => {
      throw usageError(groupMessage(name, word, commands), commands);
    });
}

function contextOf(terminal: Terminal, options: Readonly<Record<string, unknown>>): CommandContext {
  const { environment, workingFolder, signal, screen } = terminal;
  const url = typeof options['url'] === 'string' ? options['url'] : undefined;
  const token = environment['CORTEX_API_TOKEN']?.trim() || undefined;
  return {
    environment,
    workingFolder,
    signal,
    output: options['output'] === 'json' ? 'json' : 'table',
    hasColour: hasColour(terminal),
    screen,
    api: createLazyApiClient(() => consoleUrl(url, environment, workingFolder), token, signal),
    print: (text) => terminal.write(`${text}\n`),
    note: (text) => terminal.writeError(`${text}\n`),
  };
}

function hasColour({ screen, environment }: Terminal): boolean {
  return screen() !== undefined && !environment['NO_COLOR'];
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof CortexError) {
    return new CliError(error.code, error.message, error.fix ?? errorEntry(error.code).fix);
  }
  return new CliError('CORTEX_CLI_FAILED', messageOf(error), errorEntry('CORTEX_CLI_FAILED').fix);
}

function failureText({ code, message, fix }: CliError, isJson: boolean): string {
  if (isJson) return `${JSON.stringify({ error: { code, message, fix } }, undefined, 2)}\n`;
  return `${code}: ${message}\n  fix: ${fix}\n`;
}

function usageError(text: string, commands: readonly CommandDefinition[]): CliError {
  const message = withNearestName(text.replace(/^error: /, '').trim(), commands);
  return new CliError('CORTEX_CLI_USAGE', message, 'see `cortex --help`, or --help after the command', 'usage');
}

/** Commander ends help and version by an error too. */
function endOfParsing(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code;
}

/** Before the options are parsed, because parsing may be what failed. */
function isJsonWanted(words: readonly string[]): boolean {
  return words.some(
    (word, index) =>
      ['-ojson', '--output=json'].includes(word) ||
      (['-o', '--output'].includes(words[index - 1] ?? '') && word === 'json'),
  );
}

function examplesText({ examples }: CommandDefinition): string {
  const width = Math.max(...examples.map(({ line }) => line.length));
  return `\nExamples:\n${examples.map(({ line, says }) => `  ${line.padEnd(width)}  # ${says}`).join('\n')}`;
}

function exitCodeLines(): string {
  return Object.values(exitCodes)
    .map(({ code, meaning }) => `  ${code}  ${meaning}`)
    .join('\n');
}
