import type { Bus, Consumption } from '@cortex/bus';
import { anomalyCleared } from '@cortex/contracts';
import type { FactsKeeper } from '../adapters/facts.ts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A series is back to normal. Remembered also when no incident knows of it: its detection may still be on the way. */
export function consumeAnomalyCleared(bus: Bus, brain: Brain, facts: FactsKeeper): Promise<Consumption> {
  return subscribe(bus, anomalyCleared, (event, context) => {
    facts.noteCleared(event.data.anomalyId);
    return brain.takeForService(event, event.data.service, context.deriveId('incident', event.data.service));
  });
}
