import type { Incident } from '@cortex/contracts';
import { explanationOf, recordText, summaryText } from '@cortex-app/console/explain';
import { createHash } from 'node:crypto';

/** What `cortex explain` prints for this record after its summary: the console renders it. */
export function explained(incident: Incident): string {
  const text = recordText(explanationOf(incident, [], undefined));
  return `${text.trimEnd()}\n`;
}

/** The five lines with which `cortex explain` begins. */
export function summaryLines(incident: Incident): string {
  return summaryText(explanationOf(incident, [], undefined));
}

/** The same in one line, with a hash of the whole text. */
export function summarized(incident: Incident): string {
  const decided = incident.decisions.map(({ outcome, playbookId }) =>
    playbookId === undefined ? outcome : `${outcome} ${playbookId}`,
  );
  const tried = incident.attempts.map(({ playbookId, outcome, verification, rollback }) =>
    [playbookId, outcome ?? 'running', verification, rollback].filter((part) => part !== undefined).join('/'),
  );
  const hash = createHash('sha256').update(explained(incident)).digest('hex').slice(0, 12);
  return [
    [incident.status, incident.resolution?.method, incident.severity, `called ${incident.escalations.length}`]
      .filter((part) => part !== undefined)
      .join(' '),
    decided.join(' > '),
    tried.join(', '),
    incident.decisions.at(-1)?.reason ?? '',
    hash,
  ].join(' | ');
}
