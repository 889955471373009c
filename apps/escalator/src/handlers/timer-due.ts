import type { Bus, Consumption } from '@cortex/bus';
import { timerDue } from '@cortex/contracts';
import type { Escalations } from '../escalations.ts';

/** A level, a repeat or another try of a page is due. */
export function consumeTimerDue(bus: Bus, escalations: Escalations): Promise<Consumption> {
  return bus.consume({
    consumer: 'escalator',
    event: timerDue,
    handle: async ({ data }) => {
      if (data.owner === 'escalator') await escalations.wake(data.key);
      return [];
    },
  });
}
