import type { Route } from '@cortex/bus';
import type { FactsKeeper } from '../adapters/facts.ts';
import type { Brain } from '../brain.ts';

/** A series is back to normal. Remembered also when no incident knows of it: its detection may still be on the way. */
export function handleAnomalyCleared(brain: Brain, facts: FactsKeeper): Route<'anomaly.cleared'> {
  return (event, context) => {
    facts.noteCleared(event.data.anomalyId);
    return brain.takeForService(event, event.data.service, context.deriveId('incident', event.data.service));
  };
}
