import type { Bus, Consumption } from '@cortex/bus';
import { verificationCompleted } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** It is known whether an execution helped, or that it cannot be known. */
export function consumeVerificationCompleted(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, verificationCompleted, (event) => brain.takeForIncident(event, event.data.incidentId));
}
