import type { Bus, Consumption } from '@cortex/bus';
import { anomalyUpdated } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** An open anomaly got better or worse, or met another trigger. */
export function consumeAnomalyUpdated(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, anomalyUpdated, (event, context) =>
    brain.takeForService(event, event.data.service, context.deriveId('incident', event.data.service)),
  );
}
