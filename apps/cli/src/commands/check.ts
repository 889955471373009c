import { runCheck } from '@cortex/checks';
import { formatProblems } from '@cortex/config';
import type { CheckOutcome, CortexConfiguration } from '@cortex/contracts';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { table } from '../output/table.ts';
import { loadConfiguration } from './configuration.ts';

export const checkCommand: CommandDefinition = {
  name: 'check',
  summary: 'Run the configured health checks once, from here, without any running Cortex',
  arguments: [{ syntax: '[name]', summary: 'only the check, instance or service of this name' }],
  options: [{ flags: '--config <file>', summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml)' }],
  examples: [
    { line: 'cortex check', says: 'all of them' },
    { line: 'cortex check shop-1 --config cortex.yaml', says: 'those of one instance, before you trust them' },
  ],
  async run(input) {
    const { surroundings } = input;
    const { result, plugins } = await loadConfiguration(textOption(input, 'config'), surroundings);
    if (!result.ok)
      throw new CliError(
        'CORTEX_CLI_BAD_CONFIGURATION',
        formatProblems(result.problems),
        'correct it, then `cortex validate`',
      );
    const [name] = input.arguments;
    const wanted = result.configuration.checks.filter(
      (check) => name === undefined || [check.name, check.target.instance, check.target.service].includes(name),
    );
    if (wanted.length === 0) {
      throw new CliError(
        'CORTEX_CLI_NOT_FOUND',
        name === undefined ? 'no checks are configured' : `no check, instance or service "${name}"`,
        'see `checks:` in the configuration',
        'notFound',
      );
    }
    const outcomes = await Promise.all(
      wanted.map((check) =>
        runCheck(check, factsOf(result.configuration, check.target), {
          registry: plugins.checks,
          outbound: result.configuration.safety.outbound,
          now: () => new Date(),
          signal: surroundings.signal,
        }),
      ),
    );
    show(surroundings, { checks: outcomes }, ({ checks }) => outcomeTable(checks));
    return outcomes.every((outcome) => outcome.passed) ? 'ok' : 'failed';
  },
};

function factsOf(configuration: CortexConfiguration, target: CheckOutcome['target']) {
  const service = configuration.services.find((one) => one.name === target.service);
  const instance = service?.instances.find((one) => one.id === target.instance);
  // The configuration was checked: every check has a known target.
  return instance ?? { id: target.instance, host: 'localhost' };
}

function outcomeTable(outcomes: readonly CheckOutcome[]): string {
  return table(outcomes, [
    { title: 'check', value: (outcome) => outcome.check },
    { title: 'type', value: (outcome) => outcome.type },
    { title: 'target', value: (outcome) => outcome.target.instance },
    { title: 'result', value: (outcome) => (outcome.passed ? 'pass' : 'FAIL') },
    { title: 'time', value: (outcome) => `${outcome.durationMs}ms` },
    { title: 'tries', value: (outcome) => outcome.attempts },
    { title: 'detail', value: (outcome) => outcome.detail },
  ]);
}
