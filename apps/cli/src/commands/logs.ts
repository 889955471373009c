import { allInOne, serviceNames } from '@cortex/local-stack';
import { pause, systemRuntime } from '@cortex/runtime';
import { join } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition, type CommandInput } from '../core/command.ts';
import { LogFolder } from '../logs/log-folder.ts';
import { isAtLeast, logLevels, logText, type LogLevel, type LogLine } from '../logs/log-line.ts';
import { dirOption, stackFolder } from './stack-folder.ts';

const loggers: readonly string[] = [...serviceNames, allInOne, 'nats-server'];
const followMs = 250;

export const logsCommand: CommandDefinition = {
  name: 'logs',
  summary: 'Show what the services of the stack in this folder have logged, also when it runs no more',
  arguments: [{ syntax: '[service]', summary: 'only of this one', choices: loggers }],
  options: [
    { flags: '-f, --follow', summary: 'go on with what is logged, until Ctrl-C' },
    { flags: '-n, --lines <number>', summary: 'the newest so many', default: '100' },
    { flags: '--level <level>', summary: `this one and worse: ${logLevels.join(', ')}` },
    dirOption,
  ],
  examples: [
    { line: 'cortex logs', says: 'the last hundred lines of all, in order' },
    { line: 'cortex logs decision -f', says: 'one of them, as it comes' },
    { line: 'cortex logs --level warn -n 1000', says: 'what went wrong' },
    { line: 'cortex logs executor -o json', says: 'the lines as they were written' },
  ],
  async run(input) {
    const { context } = input;
    const isWanted = wanted(input);
    const count = lineCount(input);
    const folder = new LogFolder(join(stackFolder(input), 'logs'));
    const print = (lines: readonly LogLine[]): void => {
      for (const line of lines) context.print(context.output === 'json' ? line.raw : logText(line));
    };
    const first = folder.read();
    if (first.length === 0 && input.options['follow'] !== true) {
      throw new CliError(
        'CORTEX_CLI_NOT_FOUND',
        `no logs in ${stackFolder(input)}`,
        'start something with `cortex up`, or name its folder with --dir',
        'notFound',
      );
    }
    const fitting = first.filter(isWanted);
    print(fitting.slice(Math.max(0, fitting.length - count)));
    while (input.options['follow'] === true && !context.signal.aborted) {
      await pause(systemRuntime, followMs, context.signal);
      print(folder.read().filter(isWanted));
    }
    return 'ok';
  },
};

function wanted(input: CommandInput): (line: LogLine) => boolean {
  const [service] = input.arguments;
  const level = levelOf(textOption(input, 'level'));
  return (line) =>
    (service === undefined || line.service === service) && (level === undefined || isAtLeast(line, level));
}

function levelOf(text: string | undefined): LogLevel | undefined {
  if (text === undefined) return undefined;
  const level = logLevels.find((one) => one === text);
  if (level !== undefined) return level;
  throw new CliError('CORTEX_CLI_USAGE', `--level ${text} is no level`, `use one of ${logLevels.join(', ')}`, 'usage');
}

function lineCount(input: CommandInput): number {
  const text = textOption(input, 'lines') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CliError('CORTEX_CLI_USAGE', `--lines ${text} is no number`, 'use a number from 0 on', 'usage');
}
