import type { Incident } from '@cortex/contracts';
import { explanationOf, explanationText } from '@cortex-app/console/explain';
import { createHash } from 'node:crypto';

/** What `cortex explain` prints for this record: the console renders it, the command line only trims its end. */
export function explained(incident: Incident): string {
  const text = explanationText(explanationOf(incident, [], []));
  return `${text.trimEnd()}\n`;
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
