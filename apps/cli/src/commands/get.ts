import type { Approval, Decision, ExecutionRecord, Incident, KillSwitch, Playbook, Target } from '@cortex/contracts';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition, type CommandInput } from '../core/command.ts';
import { shortId } from '../output/short-id.ts';
import { show } from '../output/show.ts';
import { facts, table, type Column } from '../output/table.ts';
import { age, span, words } from '../output/time.ts';
import { showSilences } from './silence.ts';

const kinds = [
  'incidents',
  'decisions',
  'approvals',
  'playbooks',
  'targets',
  'executions',
  'kill-switch',
  'silences',
  'status',
] as const;
type Kind = (typeof kinds)[number];

export const getCommand: CommandDefinition = {
  name: 'get',
  summary: 'Show what Cortex knows: lists, or one thing by its id',
  arguments: [
    { syntax: '<what>', summary: 'what to show', choices: kinds },
    { syntax: '[id]', summary: 'one of them; the start of an incident’s id is enough' },
  ],
  options: [
    { flags: '--status <status>', summary: 'incidents of this status; `active` is all that are not resolved' },
    { flags: '--service <name>', summary: 'incidents of this service' },
    { flags: '--limit <number>', summary: 'at most so many' },
  ],
  examples: [
    { line: 'cortex get incidents --status active', says: 'what is wrong now' },
    { line: 'cortex get incidents 0190a3f2', says: 'one incident' },
    { line: 'cortex get decisions 0190a3f2 -o json', says: 'all that was decided on it, for a script' },
    { line: 'cortex get status', says: 'is everything connected, and may Cortex act' },
  ],
  async run(input) {
    const what = input.arguments[0] as Kind;
    await views[what](input, input.arguments[1]);
    return 'ok';
  },
};

type View = (input: CommandInput, id: string | undefined) => Promise<void>;

interface IncidentLine extends Pick<Incident, 'id' | 'service' | 'title' | 'status' | 'severity' | 'openedAt'> {
  readonly attempts: readonly { readonly playbookId: string }[];
  readonly resolution?: { readonly timeToResolutionMs: number };
}

const incidentColumns: readonly Column<IncidentLine>[] = [
  { title: 'id', value: (incident) => shortId(incident.id) },
  { title: 'severity', value: (incident) => incident.severity },
  { title: 'status', value: (incident) => words(incident.status) },
  { title: 'service', value: (incident) => incident.service },
  { title: 'age', value: (incident) => age(incident.openedAt) },
  {
    title: 'healed in',
    value: ({ resolution }) => (resolution === undefined ? undefined : span(resolution.timeToResolutionMs)),
  },
  { title: 'playbook', value: (incident) => incident.attempts.at(-1)?.playbookId },
  { title: 'title', value: (incident) => incident.title },
];

const views: Readonly<Record<Kind, View>> = {
  async incidents(input, id) {
    const { surroundings } = input;
    if (id !== undefined) {
      const answer = await surroundings.api.get<{ incident: Incident }>(`/incidents/${encodeURIComponent(id)}`);
      show(surroundings, answer, ({ incident }) => incidentFacts(incident));
      return;
    }
    const answer = await surroundings.api.get<{ incidents: IncidentLine[]; total: number }>('/incidents', {
      status: textOption(input, 'status'),
      service: textOption(input, 'service'),
      limit: textOption(input, 'limit'),
    });
    show(surroundings, answer, ({ incidents, total }) => {
      if (incidents.length === 0) return 'no incidents';
      const rest = total > incidents.length ? `\n(${total - incidents.length} more; raise --limit)` : '';
      return table(incidents, incidentColumns) + rest;
    });
  },

  async decisions(input, id) {
    const { surroundings } = input;
    const answer = await surroundings.api.get<{
      decisions: { incidentId: string; service: string; decision: Decision }[];
    }>('/decisions', { incident: id, limit: textOption(input, 'limit') });
    show(surroundings, answer, ({ decisions }) =>
      orNone('no decisions', decisions, [
        { title: 'incident', value: (row) => shortId(row.incidentId) },
        { title: 'service', value: (row) => row.service },
        { title: 'age', value: (row) => age(row.decision.at) },
        { title: 'outcome', value: (row) => words(row.decision.outcome) },
        { title: 'playbook', value: (row) => row.decision.playbookId },
        { title: 'reason', value: (row) => row.decision.reason },
      ]),
    );
  },

  async approvals({ surroundings }, id) {
    interface Row {
      readonly approval: Approval;
      readonly incident: { readonly id: string; readonly service: string; readonly severity: string };
    }
    const { approvals } = await surroundings.api.get<{ approvals: Row[] }>('/approvals');
    const wanted = approvals.filter(
      (row) => id === undefined || row.approval.approvalId === id || row.incident.id.startsWith(id),
    );
    if (id !== undefined && wanted.length === 0) throw missing('pending approval', id, 'cortex get approvals');
    show(surroundings, { approvals: wanted }, (answer) =>
      orNone('nothing waits for an approval', answer.approvals, [
        { title: 'approval', value: (row) => row.approval.approvalId },
        { title: 'incident', value: (row) => shortId(row.incident.id) },
        { title: 'severity', value: (row) => row.incident.severity },
        { title: 'service', value: (row) => row.incident.service },
        { title: 'playbook', value: (row) => row.approval.playbookId },
        { title: 'targets', value: (row) => row.approval.targets.map((target) => target.instance).join(',') },
        { title: 'expires in', value: (row) => span(Math.max(0, Date.parse(row.approval.expiresAt) - Date.now())) },
        { title: 'reason', value: (row) => row.approval.reason },
      ]),
    );
  },

  async playbooks({ surroundings }, id) {
    interface Row {
      readonly playbook: Playbook;
      readonly performance?: {
        readonly successRate: number;
        readonly totalExecutions: number;
        readonly avgExecutionTimeMs: number;
      };
      readonly breaker?: { readonly state: string };
    }
    const { playbooks } = await surroundings.api.get<{ playbooks: Row[] }>('/playbooks');
    const wanted = playbooks.filter((row) => id === undefined || row.playbook.id === id);
    if (id !== undefined && wanted.length === 0) throw missing('playbook', id, 'cortex get playbooks');
    show(surroundings, { playbooks: wanted }, (answer) =>
      orNone('no playbooks are configured', answer.playbooks, [
        { title: 'playbook', value: (row) => row.playbook.id },
        { title: 'version', value: (row) => row.playbook.version },
        { title: 'category', value: (row) => row.playbook.category },
        { title: 'runs', value: (row) => row.performance?.totalExecutions ?? 0 },
        {
          title: 'success',
          value: ({ performance }) =>
            performance === undefined ? undefined : `${Math.round(performance.successRate * 100)}%`,
        },
        {
          title: 'time',
          value: ({ performance }) => (performance === undefined ? undefined : span(performance.avgExecutionTimeMs)),
        },
        { title: 'breaker', value: (row) => row.breaker?.state ?? 'closed' },
        { title: 'name', value: (row) => row.playbook.name },
      ]),
    );
  },

  async targets({ surroundings }, id) {
    interface Row {
      readonly target: Target;
      readonly state: string;
      readonly since?: string;
      readonly flapping: boolean;
      readonly reason: string;
      readonly failing: readonly { readonly check: string; readonly detail: string }[];
    }
    const { targets } = await surroundings.api.get<{ targets: Row[] }>('/health/targets');
    const wanted = targets.filter((row) => id === undefined || row.target.instance === id || row.target.service === id);
    if (id !== undefined && wanted.length === 0) throw missing('service or instance', id, 'cortex get targets');
    show(surroundings, { targets: wanted }, (answer) =>
      orNone('no targets are configured', answer.targets, [
        { title: 'service', value: (row) => row.target.service },
        { title: 'instance', value: (row) => row.target.instance },
        { title: 'health', value: (row) => (row.flapping ? `${row.state} (flapping)` : row.state) },
        { title: 'for', value: (row) => age(row.since) },
        {
          title: 'why',
          value: (row) => row.failing.map((check) => `${check.check}: ${check.detail}`).join('; ') || row.reason,
        },
      ]),
    );
  },

  async executions(input, id) {
    const { surroundings } = input;
    if (id !== undefined) {
      const answer = await surroundings.api.get<{ execution: ExecutionRecord }>(
        `/executions/${encodeURIComponent(id)}`,
      );
      show(surroundings, answer, ({ execution }) => executionText(execution));
      return;
    }
    interface Row {
      readonly executionId: string;
      readonly playbookId: string;
      readonly targets: readonly Target[];
      readonly status: string;
      readonly outcome?: string;
      readonly reason?: string;
      readonly acceptedAt: string;
      readonly dryRun: boolean;
    }
    const answer = await surroundings.api.get<{ executions: Row[] }>('/executions', {
      limit: textOption(input, 'limit'),
    });
    show(surroundings, answer, ({ executions }) =>
      orNone('nothing has been executed', executions, [
        { title: 'execution', value: (row) => row.executionId },
        { title: 'playbook', value: (row) => row.playbookId },
        { title: 'targets', value: (row) => row.targets.map((target) => target.instance).join(',') },
        { title: 'age', value: (row) => age(row.acceptedAt) },
        { title: 'status', value: (row) => words(row.outcome ?? row.status) + (row.dryRun ? ' (dry run)' : '') },
        { title: 'reason', value: (row) => row.reason },
      ]),
    );
  },

  silences: showSilences,

  async 'kill-switch'({ surroundings }) {
    const answer = await surroundings.api.get<KillSwitch & { readable: boolean }>('/kill-switch');
    show(surroundings, answer, killSwitchText);
  },

  async status({ surroundings }) {
    interface Status {
      readonly version: string;
      readonly environment: string;
      readonly nats: { readonly connected: boolean };
      readonly killSwitch: KillSwitch;
      readonly dryRun: boolean;
      readonly services: readonly { readonly name: string }[];
      readonly counts: Readonly<Record<string, number>>;
      readonly targets: { readonly total: number; readonly byState: Readonly<Record<string, number>> };
    }
    const answer = await surroundings.api.get<Status>('/status');
    show(surroundings, answer, (status) =>
      facts([
        ['console', `${surroundings.api.url} (${status.version}, ${status.environment})`],
        ['nats', status.nats.connected ? 'connected' : 'NOT CONNECTED'],
        ['kill switch', killSwitchText(status.killSwitch)],
        ['dry run', status.dryRun ? 'yes: nothing is changed' : undefined],
        ['incidents', countsText(status.counts)],
        ['targets', `${status.targets.total} (${countsText(status.targets.byState)})`],
        ['services seen', status.services.map((service) => service.name).join(', ') || 'none yet'],
      ]),
    );
  },
};

function incidentFacts(incident: Incident): string {
  const { resolution } = incident;
  return facts([
    ['id', incident.id],
    ['title', incident.title],
    ['service', `${incident.service} (${incident.environment})`],
    ['severity', incident.severity],
    ['status', words(incident.status)],
    ['cause', words(incident.cause)],
    ['blast radius', `${words(incident.blastRadius.level)}, risk ${incident.blastRadius.riskScore} of 100`],
    ['affected', incident.affected.instances.join(', ')],
    ['began', incident.startedAt],
    [
      'attempts',
      incident.attempts.map((one) => `${one.playbookId}: ${one.verification ?? one.outcome ?? 'running'}`).join('; ') ||
        undefined,
    ],
    ['taken by', incident.acknowledgedBy],
    [
      'resolved',
      resolution === undefined
        ? undefined
        : `${resolution.at}, ${words(resolution.method)} in ${span(resolution.timeToResolutionMs)}`,
    ],
    ['more', `cortex explain ${shortId(incident.id)}`],
  ]);
}

function executionText(execution: ExecutionRecord): string {
  const { remediation } = execution;
  const head = facts([
    ['execution', remediation.executionId],
    ['playbook', `${remediation.playbook.id} ${remediation.playbook.version}`],
    ['status', words(execution.status)],
    ['outcome', execution.outcome],
    ['reason', execution.reason],
    ['rollback', execution.rollback?.outcome],
  ]);
  if (execution.entries.length === 0) return head;
  const journal = table(execution.entries, [
    { title: 'phase', value: (entry) => entry.phase },
    { title: 'step', value: (entry) => entry.step },
    { title: 'target', value: (entry) => entry.target.instance },
    { title: 'try', value: (entry) => entry.attempt },
    { title: 'status', value: (entry) => entry.result?.outcome ?? entry.status },
    { title: 'detail', value: (entry) => entry.result?.detail },
  ]);
  return `${head}\n\n${journal}`;
}

export function killSwitchText({ on, by, reason, at }: KillSwitch): string {
  return `${on ? 'ON: Cortex changes nothing' : 'off'} (${by}, ${age(at)} ago: ${reason})`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(
    ([name, count]) => `${count} ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`,
  );
  return parts.join(', ') || 'none';
}

function orNone<Row>(none: string, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  return rows.length === 0 ? none : table(rows, columns);
}

function missing(what: string, id: string, list: string): CliError {
  return new CliError('CORTEX_CLI_NOT_FOUND', `no ${what} "${id}"`, `list them with \`${list}\``, 'notFound');
}
