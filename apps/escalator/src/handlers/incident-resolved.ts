import type { Bus, Consumption } from '@cortex/bus';
import { incidentResolved } from '@cortex/contracts';
import type { Escalations } from '../escalations.ts';

/** The incident is over: nobody further is told. */
export function consumeIncidentResolved(bus: Bus, escalations: Escalations): Promise<Consumption> {
  return bus.consume({
    consumer: 'escalator',
    event: incidentResolved,
    handle: async ({ id, time, data: { incident } }) => {
      const at = incident.resolution?.at ?? time;
      await escalations.take(incident.id, { kind: 'resolved', eventId: id, at });
      return [];
    },
  });
}
