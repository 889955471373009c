import type { Bus, Consumption } from '@cortex/bus';
import { remediationStarted } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** The executor began. */
export function consumeRemediationStarted(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, remediationStarted, (event) => brain.takeForIncident(event, event.data.incidentId));
}
