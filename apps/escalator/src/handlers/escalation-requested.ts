import type { Bus, Consumption } from '@cortex/bus';
import { escalationRequested } from '@cortex/contracts';
import type { Escalations } from '../escalations.ts';

/** Opens an escalation, or takes a further request into the one that runs. */
export function consumeEscalationRequested(bus: Bus, escalations: Escalations): Promise<Consumption> {
  return bus.consume({
    consumer: 'escalator',
    event: escalationRequested,
    handle: async ({ id, source, time, correlationid, traceparent, data: request }) => {
      const incident = await escalations.facts(request.incidentId);
      await escalations.take(request.incidentId, {
        kind: 'requested',
        event: {
          id,
          source,
          time,
          ...(correlationid === undefined ? {} : { correlationid }),
          ...(traceparent === undefined ? {} : { traceparent }),
        },
        request,
        ...(incident === undefined ? {} : { incident }),
      });
      return [];
    },
  });
}
