import { shortId, type IncidentItem } from '@cortex/api';
import type { Incident, Silence } from '@cortex/contracts';
import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { facts, table, type Column } from '../../output/table.ts';
import { age, span, words } from '../../output/time.ts';
import { silencedOf } from './silenced.ts';

const columnsWith = (silences: readonly Silence[], now: string): readonly Column<IncidentItem>[] => [
  { title: 'id', value: (incident) => shortId(incident.id) },
  { title: 'severity', value: (incident) => incident.severity },
  { title: 'status', value: (incident) => words(incident.status) },
  { title: 'service', value: (incident) => incident.service },
  { title: 'age', value: (incident) => age(incident.openedAt) },
  {
    title: 'ended in',
    value: ({ resolution }) => (resolution === undefined ? undefined : span(resolution.timeToResolutionMs)),
  },
  { title: 'by', value: whoActed },
  { title: 'waits for', value: ({ waiting }) => (waiting === undefined ? undefined : words(waiting.for)) },
  { title: 'taken by', value: ({ acknowledgedBy }) => acknowledgedBy },
  { title: 'silenced', value: (incident) => silencedOf(incident, silences, now) },
  { title: 'title', value: (incident) => incident.title },
];

/** What ended it; of an open one, the playbook that was tried last. */
function whoActed({ attempts, resolution }: IncidentItem): string | undefined {
  const last = attempts.at(-1);
  if (resolution === undefined) return last?.outcome === 'dry_run' ? `${last.playbookId} (dry run)` : last?.playbookId;
  return resolution.method === 'auto_remediation' ? last?.playbookId : words(resolution.method);
}

export async function getIncidents(input: CommandInput, id: string | undefined): Promise<void> {
  const { context } = input;
  if (id !== undefined) {
    const answer = await context.api.call('incident', { params: { id } });
    const { silences } = await context.api.call('silences');
    show(context, answer, ({ incident }) => incidentFacts(incident, silences));
    return;
  }
  const answer = await context.api.call('incidents', {
    query: {
      status: textOption(input, 'status'),
      service: textOption(input, 'service'),
      limit: textOption(input, 'limit'),
    },
  });
  const { silences } = await context.api.call('silences');
  show(context, { ...answer, silences }, ({ incidents, total }) => {
    if (incidents.length === 0) return 'no incidents';
    const rest = total > incidents.length ? `\n(${total - incidents.length} more; raise --limit)` : '';
    return table(incidents, columnsWith(silences, new Date().toISOString())) + rest;
  });
}

function incidentFacts(incident: Incident, silences: readonly Silence[]): string {
  const { recurrence, resolution, waiting } = incident;
  return facts([
    ['id', incident.id],
    ['title', incident.title],
    ['service', `${incident.service} (${incident.environment})`],
    ['severity', incident.severity],
    ['status', words(incident.status)],
    [
      'waits for',
      waiting === undefined ? undefined : `${words(waiting.for)}, since ${waiting.since}: ${waiting.reason}`,
    ],
    [
      'recurring',
      recurrence === undefined ? undefined : `it came back ${recurrence.times} times since ${recurrence.since}`,
    ],
    ['cause', words(incident.cause)],
    ['blast radius', `${words(incident.blastRadius.level)}, risk ${incident.blastRadius.riskScore} of 100`],
    ['affected', incident.affected.instances.join(', ')],
    ['began', incident.startedAt],
    [
      'attempts',
      incident.attempts.map((one) => `${one.playbookId}: ${one.verification ?? one.outcome ?? 'running'}`).join('; ') ||
        undefined,
    ],
    ['taken by', takenText(incident)],
    [
      'silenced',
      silencedOf({ ...incident, instances: incident.affected.instances }, silences, new Date().toISOString()),
    ],
    [
      'resolved',
      resolution === undefined
        ? undefined
        : `${resolution.at}, ${words(resolution.method)} in ${span(resolution.timeToResolutionMs)}`,
    ],
    ['more', `cortex explain ${shortId(incident.id)}`],
  ]);
}

function takenText({ acknowledgedBy, acknowledgedAt }: Incident): string | undefined {
  return acknowledgedAt === undefined ? acknowledgedBy : `${acknowledgedBy}, at ${acknowledgedAt}`;
}
