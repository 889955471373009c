import type { Bus, Consumption } from '@cortex/bus';
import { approvalDenied } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A human refused a plan. */
export function consumeApprovalDenied(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, approvalDenied, (event) => brain.takeForIncident(event, event.data.incidentId));
}
