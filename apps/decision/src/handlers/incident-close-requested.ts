import type { Bus, Consumption } from '@cortex/bus';
import { incidentCloseRequested } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A human says that an incident is over. */
export function consumeIncidentCloseRequested(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, incidentCloseRequested, (event) => brain.takeForIncident(event, event.data.incidentId));
}
