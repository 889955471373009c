import type { Incident } from '@cortex/contracts';
import { createHash } from 'node:crypto';
import { explanationText } from '../../../apps/console/src/explain/render-text.ts';
import { timeline } from '../../../apps/console/src/explain/timeline.ts';

/** What `cortex explain` prints for this record: the console renders it, the command line only trims its end. */
export function explained(incident: Incident): string {
  const text = explanationText({
    incident,
    verifications: [],
    notifications: [],
    timeline: [...timeline(incident, [], [])],
  });
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
