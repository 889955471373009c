import { textOption, type CommandDefinition } from '../core/command.ts';
import { count } from '../output/count.ts';
import { show } from '../output/show.ts';
import { compareWithRunning, describeChanges, type Comparison } from '../reload/changes.ts';
import { configOption } from './configuration-file.ts';

export const diffCommand: CommandDefinition = {
  name: 'diff',
  summary: 'What a reload would change: the configuration here against the one in use. Ends with 1 when they differ',
  options: [configOption],
  examples: [
    { line: 'cortex diff', says: 'added, removed and changed services, checks, playbooks and settings' },
    { line: 'cortex diff --config config/production.yaml -o json', says: 'for a pipeline' },
  ],
  async run(input) {
    const { context } = input;
    const comparison = await compareWithRunning(textOption(input, 'config'), context);
    const { file, changes, otherFiles } = comparison;
    show(context, { same: otherFiles === 0, file, changes, processesWithOtherFiles: otherFiles }, () =>
      summaryOf(comparison),
    );
    return otherFiles === 0 && changes.length === 0 ? 'ok' : 'failed';
  },
};

export function summaryOf({ file, changes, otherFiles, running }: Comparison): string {
  if (changes.length > 0) return `${describeChanges(changes)}\n${count(changes.length, 'change')}`;
  if (otherFiles === 0) return `${file} is what every service runs`;
  const processes = `${otherFiles} of ${count(running.processes.length, 'process')}`.replace(/processs$/, 'processes');
  return `the files differ from those that ${processes} run, but only in comments, in form, in secrets, or in what plugins read`;
}
