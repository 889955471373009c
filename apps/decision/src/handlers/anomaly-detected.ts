import type { Bus, Consumption } from '@cortex/bus';
import { anomalyDetected } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A series left its normal range, or a trigger held. */
export function consumeAnomalyDetected(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, anomalyDetected, (event, context) =>
    brain.takeForService(event, event.data.service, context.deriveId('incident', event.data.service)),
  );
}
