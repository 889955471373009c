import type { Bus, Consumption } from '@cortex/bus';
import { eventDefinitions, type CortexEvent, type EventDefinition, type EventType } from '@cortex/contracts';

/** Every event but telemetry, which is far too much for a browser and of no use there. */
export const feedDefinitions = eventDefinitions.filter((definition) => definition.type !== 'telemetry.metrics');

export type Listener = (event: CortexEvent) => void;

/** Live events, fanned out to all listeners. */
export interface EventFeed {
  listen(listener: Listener): () => void;
  /** Services of Cortex that published since this console started. */
  servicesSeen(): readonly { readonly name: string; readonly lastSeenAt: string; readonly events: number }[];
  stop(): Promise<void>;
}

export async function startEventFeed(bus: Bus): Promise<EventFeed> {
  const listeners = new Set<Listener>();
  const services = new Map<string, { name: string; lastSeenAt: string; events: number }>();

  function publish(event: CortexEvent): void {
    const name = event.source.replace('/cortex/', '');
    services.set(name, { name, lastSeenAt: event.time, events: (services.get(name)?.events ?? 0) + 1 });
    for (const listener of listeners) listener(event);
  }

  const readings = await Promise.all(feedDefinitions.map((event) => readNew(bus, event, publish)));
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    servicesSeen: () => [...services.values()].sort((left, right) => left.name.localeCompare(right.name)),
    async stop() {
      listeners.clear();
      await Promise.all(readings.map((reading) => reading.stop()));
    },
  };
}

function readNew<Type extends EventType>(
  bus: Bus,
  event: EventDefinition<Type>,
  handle: (event: CortexEvent<Type>) => void,
): Promise<Consumption> {
  return bus.read({ event, from: 'new', handle });
}
