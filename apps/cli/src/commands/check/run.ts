import { CliError } from '../../core/cli-error.ts';
import type { CommandDefinition, CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { table } from '../../output/table.ts';
import { configOption } from '../configuration-file.ts';
import { chooseChecks } from './choose.ts';
import { optionDuration } from './option-duration.ts';
import { outcomeView, type OutcomeView } from './outcome-view.ts';
import { resultWords } from './result-words.ts';
import { watchChecks } from './watch.ts';

const shortestIntervalMs = 100;

export const checkRunCommand: CommandDefinition = {
  name: 'check run',
  summary: 'Run health checks once, or again and again, from here, without any running Cortex',
  arguments: [{ syntax: '[name]', summary: 'the check of this name, or all of this instance or service' }],
  options: [
    { flags: '--all', summary: 'all that are configured' },
    { flags: '--watch', summary: 'again and again until Ctrl-C, then a summary; one line a run' },
    { flags: '--interval <time>', summary: 'with --watch: from one run to the next, at least 100ms', default: '1s' },
    {
      flags: '--param <key=value>',
      summary:
        'this parameter instead of the configured one; may be repeated. What reads as JSON is that, all else text',
      isRepeatable: true,
    },
    { flags: '--timeout <time>', summary: 'longest time for one try, instead of the configured one' },
    { flags: '--type <type>', summary: 'try out a check of this type that is not configured' },
    configOption,
  ],
  examples: [
    { line: 'cortex check run shop-1 --config cortex.yaml', says: 'those of one instance, before you trust them' },
    { line: 'cortex check run shop-http --watch --interval 500ms', says: 'while you repair it' },
    { line: 'cortex check run shop-http --param expected_status=404', says: 'what if' },
    {
      line: 'cortex check run --type http_endpoint --param url=http://127.0.0.1:8080/ --timeout 500ms',
      says: 'one that is not configured',
    },
  ],
  async run(input) {
    const { context } = input;
    const chosen = await chooseChecks(input);
    if (input.options['watch'] === true) return watchChecks(chosen, intervalOf(input), context);
    const checks = (await Promise.all(chosen.map(({ run }) => run()))).map(outcomeView);
    show(context, { checks }, (answer) => outcomeTable(answer.checks));
    return checks.every(({ passed }) => passed) ? 'ok' : 'failed';
  },
};

function intervalOf(input: CommandInput): number {
  const ms = optionDuration(input, 'interval') ?? 0;
  if (ms >= shortestIntervalMs) return ms;
  throw new CliError('CORTEX_CLI_BAD_TIME', '--interval is shorter than 100ms', 'give the target some air', 'usage');
}

function outcomeTable(outcomes: readonly OutcomeView[]): string {
  return table(outcomes, [
    { title: 'check', value: (outcome) => outcome.check },
    { title: 'type', value: (outcome) => outcome.type },
    { title: 'target', value: (outcome) => outcome.target.instance },
    { title: 'result', value: ({ result }) => resultWords[result] },
    { title: 'time', value: (outcome) => `${outcome.durationMs}ms` },
    { title: 'tries', value: (outcome) => outcome.attempts },
    { title: 'detail', value: (outcome) => outcome.detail },
  ]);
}
