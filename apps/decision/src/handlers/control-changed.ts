import type { Route } from '@cortex/bus';
import type { FactsKeeper } from '../adapters/facts.ts';
import type { Brain } from '../brain.ts';

/** The kill switch was thrown, a silence set or lifted, the configuration changed: what it held, or is to hold, is asked again. */
export function handleControlChanged(brain: Brain, facts: FactsKeeper): Route<'control.changed'> {
  return async (event, context) => {
    if (event.data.control === 'kill_switch') {
      await facts.refreshKillSwitch();
      return brain.takeForAll(event);
    }
    if (event.data.control === 'configuration') return brain.takeForAll(event);
    // The health-checker lets the target go; what it then says is decided.
    if (event.data.control === 'freeze') return;
    const { silence } = event.data;
    facts.silences.note(silence);
    return brain.takeForService(event, silence.service, context.deriveId('incident', silence.service));
  };
}
