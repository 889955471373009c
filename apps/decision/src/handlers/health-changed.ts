import type { Bus, Consumption } from '@cortex/bus';
import { healthChanged } from '@cortex/contracts';
import type { FactsKeeper } from '../adapters/facts.ts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** A target is in trouble, or well again. */
export function consumeHealthChanged(bus: Bus, brain: Brain, facts: FactsKeeper): Promise<Consumption> {
  return subscribe(bus, healthChanged, (event, context) => {
    const { service } = event.data.target;
    facts.noteHealth(event.data);
    return brain.takeForService(event, service, context.deriveId('incident', service));
  });
}
