import { isNamedBy } from '@cortex/api';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import { requiredArgument, type CommandDefinition } from '../core/command.ts';

export const explainCommand: CommandDefinition = {
  name: 'explain',
  summary: 'Tell what happened to an incident and why: the nine steps of each decision with inputs and verdicts',
  arguments: [{ syntax: '<incident>', summary: 'its id as lists show it; four characters are enough' }],
  examples: [
    { line: 'cortex explain 5f3c07d1', says: 'the whole story, to read' },
    { line: 'cortex explain 5f3c07d1 -o json', says: 'the same with every record, for a script' },
  ],
  async run(input) {
    const { api, output, print, note, workingFolder } = input.context;
    const incident = requiredArgument(input);
    const request = { params: { id: incident } };
    if (output === 'json') {
      print(JSON.stringify(await api.call('explanation', request), undefined, 2));
      return 'ok';
    }
    try {
      print((await api.text('explanation', request)).trimEnd());
    } catch (error) {
      const saved = isUnreachable(error) ? savedExplanation(incident, workingFolder) : undefined;
      if (saved === undefined) throw error;
      note('No console runs. This is what the demo of this folder wrote down when it ended.');
      print(saved.trimEnd());
    }
    return 'ok';
  },
};

function isUnreachable(error: unknown): boolean {
  return error instanceof CliError && error.exitReason === 'unreachable';
}

/** The explanation of an incident of the last demo, if exactly one begins with these characters. */
function savedExplanation(incident: string, workingFolder: string): string | undefined {
  const folder = join(workingFolder, '.cortex', 'demo', 'run', 'explanations');
  try {
    const [file, ...others] = readdirSync(folder).filter((name) => isNamedBy(name.replace(/\.txt$/, ''), incident));
    return file === undefined || others.length > 0 ? undefined : readFileSync(join(folder, file), 'utf8');
  } catch {
    // No demo has run here.
    return undefined;
  }
}
