import type { Bus, Consumption } from '@cortex/bus';
import { timerDue } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** What this service told its future self; timers of others are theirs. */
export function consumeTimerDue(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, timerDue, async (event) => {
    const incidentId = event.data.payload['incidentId'];
    if (event.data.owner !== 'decision' || typeof incidentId !== 'string') return;
    await brain.takeForIncident(event, incidentId);
  });
}
