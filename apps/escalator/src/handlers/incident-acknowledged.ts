import type { Bus, Consumption } from '@cortex/bus';
import { incidentAcknowledged } from '@cortex/contracts';
import type { Escalations } from '../escalations.ts';

/** A human took the incident; this also covers an answer that came before the escalation was known here. */
export function consumeIncidentAcknowledged(bus: Bus, escalations: Escalations): Promise<Consumption> {
  return bus.consume({
    consumer: 'escalator',
    event: incidentAcknowledged,
    handle: async ({ id, data: { incident, by, at } }) => {
      await escalations.take(incident.id, { kind: 'acknowledged', eventId: id, by, at });
      return [];
    },
  });
}
