import type { Route } from '@cortex/bus';
import { factsOf } from '@cortex/escalation';
import type { Escalations } from '../escalations.ts';

/** Opens an escalation, or adds a further request to the one under way. */
export function handleEscalationRequested(escalations: Escalations): Route<'escalation.requested'> {
  return async ({ id, source, time, correlationid, traceparent, data: request }) => {
    const incident = await escalations.incidents.read(request.incidentId);
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
      ...(incident === undefined ? {} : { incident: factsOf(incident) }),
    });
  };
}
