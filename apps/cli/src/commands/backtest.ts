import { resolve } from 'node:path';
import { compileDetection, type DetectionSettings } from '@cortex/detection';
import { runBacktest } from '../backtest/run-backtest.ts';
import { textOption, type CommandDefinition, type CommandContext } from '../core/command.ts';
import { show } from '../output/show.ts';
import { table } from '../output/table.ts';
import { requireConfiguration } from './configuration.ts';

export const backtestCommand: CommandDefinition = {
  name: 'backtest',
  summary: 'Run the detection over recorded metrics: what would it have told, and when',
  options: [
    {
      flags: '--input <path>',
      summary: 'a CSV file (timestamp,value, or timestamp,m1,…,mn for one entity), or a folder of them',
      isRequired: true,
    },
    { flags: '--out <folder>', summary: 'where scores, summary.json and summary.html are written', isRequired: true },
    { flags: '--config <file>', summary: 'a configuration whose detection rules apply (default: the built-in ones)' },
    { flags: '--train <file>', summary: 'normal operation of an entity with several metrics, to learn from first' },
  ],
  examples: [
    { line: 'cortex backtest --input history/ --out scores/', says: 'then open scores/summary.html' },
    { line: 'cortex backtest --input cpu.csv --out scores/ --config cortex.yaml', says: 'with your own rules' },
    {
      line: 'cortex backtest --input web-1.csv --train web-1.normal.csv --out scores/',
      says: 'many metrics of one entity',
    },
  ],
  async run(input) {
    const { context } = input;
    const path = (name: string): string | undefined => {
      const named = textOption(input, name);
      return named === undefined ? undefined : resolve(context.workingFolder, named);
    };
    const summary = runBacktest({
      input: path('input') ?? '',
      out: path('out') ?? '',
      settings: await settingsOf(textOption(input, 'config'), context),
      train: path('train'),
      note: (text) => context.note(text),
    });
    show(context, summary, ({ files, page }) => {
      const lines = table(files, [
        { title: 'file', value: ({ file }) => file },
        { title: 'rows', value: ({ rows }) => rows },
        { title: 'refused', value: ({ refused }) => refused },
        { title: 'alerts', value: ({ alerts }) => alerts.length },
      ]);
      return `${lines}\n\n${page}`;
    });
    return 'ok';
  },
};

async function settingsOf(file: string | undefined, context: CommandContext): Promise<DetectionSettings | undefined> {
  if (file === undefined) return undefined;
  const { configuration } = await requireConfiguration(file, context);
  return compileDetection(configuration.detection, configuration.playbooks, configuration);
}
