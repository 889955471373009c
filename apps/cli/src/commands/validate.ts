import { formatProblems } from '@cortex/config';
import type { CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { loadConfiguration } from './configuration.ts';

export const validateCommand: CommandDefinition = {
  name: 'validate',
  summary: 'Check a configuration with its playbooks and plugins; every problem at once, with file, line and column',
  arguments: [{ syntax: '[file]', summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml)' }],
  examples: [
    { line: 'cortex validate', says: 'cortex.yaml in this folder' },
    { line: 'cortex validate config/production.yaml -o json', says: 'for an editor or a pipeline' },
  ],
  async run(input) {
    const { context } = input;
    const { file, result } = await loadConfiguration(input.arguments[0], context);
    if (!result.ok) {
      show(context, { ok: false, file, problems: result.problems }, ({ problems }) => formatProblems(problems));
      if (context.output === 'table') context.note(`${result.problems.length} problems`);
      return 'failed';
    }
    const { services, checks, playbooks } = result.configuration;
    const counts = { services: services.length, checks: checks.length, playbooks: playbooks.length };
    show(
      context,
      { ok: true, file, ...counts },
      () => `${file} is valid: ${counts.services} services, ${counts.checks} checks, ${counts.playbooks} playbooks`,
    );
    return 'ok';
  },
};
