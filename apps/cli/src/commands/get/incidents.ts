import { shortId, type IncidentItem } from '@cortex/api';
import type { Incident } from '@cortex/contracts';
import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { facts, table, type Column } from '../../output/table.ts';
import { age, span, words } from '../../output/time.ts';

const incidentColumns: readonly Column<IncidentItem>[] = [
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
  { title: 'waits for', value: ({ waiting }) => (waiting === undefined ? undefined : words(waiting.for)) },
  { title: 'title', value: (incident) => incident.title },
];

export async function getIncidents(input: CommandInput, id: string | undefined): Promise<void> {
  const { context } = input;
  if (id !== undefined) {
    const answer = await context.api.call('incident', { params: { id } });
    show(context, answer, ({ incident }) => incidentFacts(incident));
    return;
  }
  const answer = await context.api.call('incidents', {
    query: {
      status: textOption(input, 'status'),
      service: textOption(input, 'service'),
      limit: textOption(input, 'limit'),
    },
  });
  show(context, answer, ({ incidents, total }) => {
    if (incidents.length === 0) return 'no incidents';
    const rest = total > incidents.length ? `\n(${total - incidents.length} more; raise --limit)` : '';
    return table(incidents, incidentColumns) + rest;
  });
}

function incidentFacts(incident: Incident): string {
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
