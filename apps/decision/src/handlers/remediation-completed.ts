import type { Bus, Consumption } from '@cortex/bus';
import { remediationCompleted } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A playbook ended. */
export function consumeRemediationCompleted(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, remediationCompleted, (event) => brain.takeForIncident(event, event.data.incidentId));
}
