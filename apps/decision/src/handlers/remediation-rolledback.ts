import type { Bus, Consumption } from '@cortex/bus';
import { remediationRolledBack } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A rollback ended. */
export function consumeRemediationRolledBack(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, remediationRolledBack, (event) => brain.takeForIncident(event, event.data.incidentId));
}
