import type { Bus, Consumption } from '@cortex/bus';
import { escalationAcknowledged } from '@cortex/contracts';
import type { Escalations } from '../escalations.ts';

/** A human answered the page. */
export function consumeEscalationAcknowledged(bus: Bus, escalations: Escalations): Promise<Consumption> {
  return bus.consume({
    consumer: 'escalator',
    event: escalationAcknowledged,
    handle: async ({ id, data: { incidentId, by, at } }) => {
      await escalations.take(incidentId, { kind: 'acknowledged', eventId: id, by, at });
      return [];
    },
  });
}
