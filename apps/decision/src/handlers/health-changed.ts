import type { Route } from '@cortex/bus';
import type { FactsKeeper } from '../adapters/facts.ts';
import type { Brain } from '../brain.ts';

/** A target is in trouble, or well again. */
export function handleHealthChanged(brain: Brain, facts: FactsKeeper): Route<'health.changed'> {
  return (event, context) => {
    const { service } = event.data.target;
    facts.noteHealth(event.data);
    return brain.takeForService(event, service, context.deriveId('incident', service));
  };
}
