import { resolve } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { portOption } from '../core/port-option.ts';
import { runDemo } from '../demo/run-demo.ts';
import { installation } from './installation.ts';

const actKeys = ['a', 'b', 'c', 'd'];

export const demoCommand: CommandDefinition = {
  name: 'demo',
  summary: 'Run Cortex with a patient of its own, break four real things, and tell how each is healed',
  options: [
    { flags: '--once', summary: 'end when the story is told: 0 when all ended as told, else 1' },
    {
      flags: '--acts <letters>',
      summary: 'only these: a (killed), b (leak), c (disk full), d (beyond a restart)',
      default: 'abcd',
    },
    {
      flags: '--dir <folder>',
      summary: 'store, logs and the patient’s files; emptied at the start',
      default: '.cortex/demo',
    },
    { flags: '--port <number>', summary: 'port of the console; another one if it is taken', default: '7780' },
    { flags: '--processes', summary: 'a process for each service instead of one for all' },
  ],
  examples: [
    { line: 'cortex demo', says: 'stays until Ctrl-C, with the console open' },
    { line: 'cortex demo --once', says: 'for a pipeline' },
    { line: 'cortex demo --acts ad', says: 'only the first and the last' },
  ],
  async run(input) {
    const { context } = input;
    const asTold = await runDemo({
      once: input.options['once'] === true,
      acts: actsOf(textOption(input, 'acts') ?? 'abcd'),
      dir: resolve(context.workingFolder, textOption(input, 'dir') ?? '.cortex/demo'),
      templates: installation.demoTemplates,
      appsDir: installation.apps,
      consolePort: portOption(input, 'port'),
      isEachInItsProcess: input.options['processes'] === true,
      print: context.print,
      signal: context.signal,
    });
    return asTold ? 'ok' : 'failed';
  },
};

function actsOf(letters: string): readonly string[] {
  const acts = [...letters];
  if (acts.length > 0 && acts.every((letter) => actKeys.includes(letter))) return acts;
  throw new CliError(
    'CORTEX_CLI_USAGE',
    `--acts ${letters}: there are the acts a, b, c and d`,
    'for example --acts ad',
    'usage',
  );
}
