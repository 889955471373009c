import type { Routes } from '@cortex/bus';
import type { Escalations } from './escalations.ts';
import { handleEscalationRequested } from './handlers/escalation-requested.ts';

/** What each event means for the escalation of its incident. */
export function escalatorRoutes(escalations: Escalations): Routes<'escalator'> {
  return {
    'escalation.requested': handleEscalationRequested(escalations),
    // A human answered the page.
    'escalation.acknowledged': async ({ id, data: { incidentId, by, at } }, { sequence }) => {
      await escalations.take(incidentId, { kind: 'acknowledged', eventId: id, by, at, sequence });
    },
    // A human took the incident; this also covers an answer that came before the escalation was known here.
    'incident.acknowledged': async ({ id, data: { incident, by, at } }, { sequence }) => {
      await escalations.take(incident.id, { kind: 'acknowledged', eventId: id, by, at, sequence });
    },
    // The incident is over: no further level is notified, and whoever was paged hears of it.
    'incident.resolved': async ({ id, time, data: { incident } }) => {
      escalations.incidents.learn(incident);
      await escalations.take(incident.id, { kind: 'resolved', eventId: id, at: incident.resolution?.at ?? time });
    },
    // A level, a repeat or another try of a page is due.
    'timer.due': async ({ data }) => {
      if (data.owner === 'escalator') await escalations.wake(data.key);
    },
  };
}
