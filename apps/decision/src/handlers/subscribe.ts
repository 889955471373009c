import type { Bus, Consumption, HandlerContext } from '@cortex/bus';
import type { CortexEvent, EventDefinition, EventType } from '@cortex/contracts';

/**
 * One durable consumer of one event type. Events of one service are taken one at a time, whatever their type, so this
 * process never races itself. Drafts are published by the brain, after its record is written.
 */
export function subscribe<Type extends EventType>(
  bus: Bus,
  event: EventDefinition<Type>,
  take: (event: CortexEvent<Type>, context: HandlerContext) => Promise<void>,
): Promise<Consumption> {
  return bus.consume({
    consumer: 'decision',
    event,
    key: (one) => one.subject,
    handle: async (one, context) => {
      await take(one, context);
      return [];
    },
  });
}
