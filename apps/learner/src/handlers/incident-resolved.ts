import type { Route } from '@cortex/bus';
import type { EventDraft } from '@cortex/contracts';
import { falseAlarms } from '@cortex/learning';
import type { Knowledge } from '../knowledge.ts';

/** Stores the incident's record, its lessons, and which of its executions were not needed. */
export function handleIncidentResolved(knowledge: Knowledge): Route<'incident.resolved'> {
  return async ({ data: { incident } }) => {
    const drafts: EventDraft[] = [...(await knowledge.keep(incident))];
    for (const alarm of falseAlarms(incident)) drafts.push(...(await knowledge.learn(alarm, incident.service)));
    return drafts;
  };
}
