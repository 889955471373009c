import type { Bus, Consumption } from '@cortex/bus';
import { escalationAcknowledged } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A human took an incident. */
export function consumeEscalationAcknowledged(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, escalationAcknowledged, (event) => brain.takeForIncident(event, event.data.incidentId));
}
