import type { Route } from '@cortex/bus';
import type { Brain } from '../brain.ts';

/** What this service told its future self; timers of others are theirs. */
export function handleTimerDue(brain: Brain): Route<'timer.due'> {
  return async (event) => {
    const incidentId = event.data.payload['incidentId'];
    if (event.data.owner !== 'decision' || typeof incidentId !== 'string') return;
    await brain.takeForIncident(event, incidentId);
  };
}
