import type { Bus, Consumption } from '@cortex/bus';
import { approvalGranted } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A human agreed to a plan. */
export function consumeApprovalGranted(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, approvalGranted, (event) => brain.takeForIncident(event, event.data.incidentId));
}
