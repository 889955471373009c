import type { Route } from '@cortex/bus';
import type { Escalations } from '../escalations.ts';

/** Opens an escalation, or adds a further request to the one under way. */
export function handleEscalationRequested(escalations: Escalations): Route<'escalation.requested'> {
  return async ({ id, source, time, correlationid, traceparent, data: request }, { sequence }) => {
    await escalations.take(request.incidentId, {
      kind: 'requested',
      event: {
        id,
        source,
        time,
        sequence,
        ...(correlationid === undefined ? {} : { correlationid }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      request,
      ...(await escalations.factsOf(request.incidentId)),
    });
  };
}
