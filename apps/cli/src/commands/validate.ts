import { formatProblems } from '@cortex/config';
import type { CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { loadConfiguration } from './configuration.ts';
import { doubtfulLinks, missingSecrets } from './missing-secrets.ts';

export const validateCommand: CommandDefinition = {
  name: 'validate',
  summary: 'Check a configuration with its playbooks and plugins; every problem at once, with file, line and column',
  arguments: [{ syntax: '[file]', summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml)' }],
  options: [{ flags: '--resolve', summary: 'also read every secret that is referred to, here and now' }],
  examples: [
    { line: 'cortex validate', says: 'cortex.yaml in this folder' },
    { line: 'cortex validate config/production.yaml -o json', says: 'for an editor or a pipeline' },
    { line: 'cortex validate --resolve', says: 'before a start: names each secret that is missing, with its place' },
  ],
  async run(input) {
    const { context } = input;
    const { file, result } = await loadConfiguration(input.arguments[0], context);
    if (!result.ok) {
      show(context, { ok: false, file, problems: result.problems }, ({ problems }) => formatProblems(problems));
      if (context.output === 'table') context.note(`${result.problems.length} problems`);
      return 'failed';
    }
    const problems = input.options['resolve'] === true ? await missingSecrets(file) : [];
    if (problems.length > 0) {
      show(context, { ok: false, file, problems }, () => formatProblems(problems));
      return 'failed';
    }
    const doubts = doubtfulLinks(file, result.configuration);
    if (context.output === 'table' && doubts.length > 0) context.note(`warning: ${formatProblems(doubts)}`);
    const { services, checks, playbooks } = result.configuration;
    const counts = { services: services.length, checks: checks.length, playbooks: playbooks.length };
    show(
      context,
      { ok: true, file, ...counts, warnings: doubts },
      () => `${file} is valid: ${counts.services} services, ${counts.checks} checks, ${counts.playbooks} playbooks`,
    );
    return 'ok';
  },
};
