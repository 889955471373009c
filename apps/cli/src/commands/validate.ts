import { formatProblems, formatWarnings, inOrder } from '@cortex/config';
import type { CommandDefinition } from '../core/command.ts';
import { count } from '../output/count.ts';
import { show } from '../output/show.ts';
import { loadConfiguration } from './configuration.ts';
import { doubtfulLinks, missingSecrets } from './missing-secrets.ts';

export const validateCommand: CommandDefinition = {
  name: 'validate',
  summary: 'Check a configuration with its playbooks and plugins; every problem at once, with file, line and column',
  arguments: [{ syntax: '[file]', summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml)' }],
  options: [
    { flags: '--resolve', summary: 'also read every secret that is referred to, here and now' },
    { flags: '--strict', summary: 'warnings count as problems, for a pipeline' },
  ],
  examples: [
    { line: 'cortex validate', says: 'cortex.yaml in this folder' },
    { line: 'cortex validate config/production.yaml -o json', says: 'for an editor or a pipeline' },
    { line: 'cortex validate --resolve', says: 'before a start: names each secret that is missing, with its place' },
    { line: 'cortex validate --strict', says: 'fail on what is doubtful, too: a metric that nothing is known to send' },
  ],
  async run(input) {
    const { context } = input;
    const { file, result } = await loadConfiguration(input.arguments[0], context);
    const warnings = [...result.warnings, ...(result.ok ? doubtfulLinks(file, result.configuration) : [])];
    const isStrict = input.options['strict'] === true;
    const missing = input.options['resolve'] === true ? await missingSecrets(file) : [];
    const problems = inOrder([...(result.ok ? [] : result.problems), ...missing]);
    if (!result.ok || problems.length > 0) {
      show(context, { ok: false, file, problems, warnings }, () =>
        [formatProblems(problems), formatWarnings(warnings)].filter((text) => text !== '').join('\n'),
      );
      if (context.output === 'table') {
        context.note([count(problems.length, 'problem'), ...countOf(warnings.length)].join(', '));
      }
      return 'failed';
    }
    const { services, checks, playbooks } = result.configuration;
    const counts = { services: services.length, checks: checks.length, playbooks: playbooks.length };
    const isOk = !isStrict || warnings.length === 0;
    if (context.output === 'table' && warnings.length > 0) context.print(formatWarnings(warnings));
    show(context, { ok: isOk, file, ...counts, warnings }, () => {
      const things = [
        count(counts.services, 'service'),
        count(counts.checks, 'check'),
        count(counts.playbooks, 'playbook'),
        ...countOf(warnings.length),
      ];
      return `${file} is ${isOk ? 'valid' : 'not valid: --strict takes no warnings'}: ${things.join(', ')}`;
    });
    return isOk ? 'ok' : 'failed';
  },
};

function countOf(warnings: number): readonly string[] {
  return warnings === 0 ? [] : [count(warnings, 'warning')];
}
