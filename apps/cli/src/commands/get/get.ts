import { CliError } from '../../core/cli-error.ts';
import type { CommandDefinition, CommandInput } from '../../core/command.ts';
import { getApprovals } from './approvals.ts';
import { getDecisions } from './decisions.ts';
import { getExecutions } from './executions.ts';
import { getHealth } from './health.ts';
import { getIncidents } from './incidents.ts';
import { getKillSwitch } from './kill-switch.ts';
import { getMetrics } from './metrics.ts';
import { getPlaybooks } from './playbooks.ts';
import { getSilences } from './silences.ts';
import { getStatus } from './status.ts';
import { getTargets } from './targets.ts';

type View = (input: CommandInput, id: string | undefined) => Promise<void>;

/** The views, one file each. */
const views = {
  incidents: getIncidents,
  decisions: getDecisions,
  approvals: getApprovals,
  playbooks: getPlaybooks,
  targets: getTargets,
  health: getHealth,
  executions: getExecutions,
  'kill-switch': getKillSwitch,
  silences: getSilences,
  metrics: getMetrics,
  status: getStatus,
} as const satisfies Record<string, View>;

export const getCommand: CommandDefinition = {
  name: 'get',
  summary: 'Show what Cortex knows: lists, or one thing by its id',
  arguments: [
    { syntax: '<what>', summary: 'what to show', choices: Object.keys(views) },
    {
      syntax: '[id]',
      summary: 'one of them; the start of an incident’s id is enough; of health, a service or an instance',
    },
  ],
  options: [
    { flags: '--status <status>', summary: 'incidents of this status; `active` is all that are not resolved' },
    { flags: '--service <name>', summary: 'incidents of this service' },
    { flags: '--limit <number>', summary: 'at most so many' },
    { flags: '--watch', summary: 'health: again every second, until Ctrl-C' },
  ],
  examples: [
    { line: 'cortex get incidents --status active', says: 'what is wrong now' },
    { line: 'cortex get incidents 0190a3f2', says: 'one incident' },
    { line: 'cortex get decisions 0190a3f2 -o json', says: 'all that was decided on it, for a script' },
    { line: 'cortex get health shop --watch', says: 'the checks of a service, with their last results, as they come' },
    { line: 'cortex get metrics', says: 'the metrics that playbooks wait for, and whether anybody sends them' },
    { line: 'cortex get status', says: 'is everything connected, and may Cortex act' },
  ],
  async run(input) {
    const what = input.arguments[0] as keyof typeof views;
    if (input.options['watch'] === true && what !== 'health') {
      throw new CliError(
        'CORTEX_CLI_USAGE',
        'only health is watched',
        'leave --watch out, or see `cortex events --follow`',
        'usage',
      );
    }
    await views[what](input, input.arguments[1]);
    return 'ok';
  },
};
