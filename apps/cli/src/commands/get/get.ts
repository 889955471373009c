import type { CommandContext, CommandDefinition, CommandInput } from '../../core/command.ts';
import { getAnomalies } from './anomalies.ts';
import { getApprovals } from './approvals.ts';
import { getDecisions } from './decisions.ts';
import { getExecutions } from './executions.ts';
import { getHealth } from './health.ts';
import { getIncidents } from './incidents.ts';
import { getKillSwitch } from './kill-switch.ts';
import { getMetrics } from './metrics.ts';
import { getPlaybooks } from './playbooks.ts';
import { getSeries } from './series.ts';
import { getSilences } from './silences.ts';
import { getStatus } from './status.ts';
import { getTargets } from './targets.ts';
import { watchView } from './watch-view.ts';

type View = (input: CommandInput, id: string | undefined) => Promise<void>;

/** The views, one file each. */
const views = {
  incidents: getIncidents,
  decisions: getDecisions,
  approvals: getApprovals,
  playbooks: getPlaybooks,
  targets: getTargets,
  health: getHealth,
  anomalies: getAnomalies,
  executions: getExecutions,
  'kill-switch': getKillSwitch,
  silences: getSilences,
  metrics: getMetrics,
  series: getSeries,
  status: getStatus,
} as const satisfies Record<string, View>;

export const getCommand: CommandDefinition = {
  name: 'get',
  summary: 'Show what Cortex knows: lists, or one thing by its id',
  arguments: [
    { syntax: '<what>', summary: 'what to show', choices: Object.keys(views) },
    {
      syntax: '[id]',
      summary:
        'one of them: four characters of its id are enough; of anomalies and series, a service; of health and targets, a service, an instance, or both: shop/shop-1',
    },
  ],
  options: [
    { flags: '--status <status>', summary: 'incidents of this status; `active` is all that are not resolved' },
    { flags: '--service <name>', summary: 'incidents, anomalies or series of this service' },
    { flags: '--limit <number>', summary: 'at most so many' },
    {
      flags: '--watch',
      summary: 'again every second, until Ctrl-C; into a file or a pipe only what changes, a line each with its time',
    },
  ],
  examples: [
    { line: 'cortex get incidents --status active', says: 'what is wrong now' },
    { line: 'cortex get incidents 5f3c07d1', says: 'one incident' },
    { line: 'cortex get decisions 5f3c07d1 -o json', says: 'all that was decided on it, for a script' },
    { line: 'cortex get incidents --status active --watch', says: 'as they come and go' },
    { line: 'cortex get health shop --watch', says: 'the checks of a service, with their last results, as they come' },
    { line: 'cortex get health shop/shop-1', says: 'those of one instance' },
    { line: 'cortex get metrics', says: 'the metrics that playbooks wait for, and whether anybody sends them' },
    { line: 'cortex get series shop', says: 'which series of a service have arrived, with their newest values' },
    { line: 'cortex get status', says: 'is everything connected, and may Cortex act' },
  ],
  async run(input) {
    const what = input.arguments[0] as keyof typeof views;
    const view = (context: CommandContext): Promise<void> => views[what]({ ...input, context }, input.arguments[1]);
    await (input.options['watch'] === true ? watchView(input.context, view) : view(input.context));
    return 'ok';
  },
};
