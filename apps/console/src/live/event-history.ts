import type { Bus, Consumption } from '@cortex/bus';
import type { CortexEvent, EventDefinition, EventType } from '@cortex/contracts';
import { feedDefinitions } from './event-feed.ts';
import { isWanted, type EventFilter } from './event-filter.ts';

const patienceMs = 5_000;

/** Past events since `from`, oldest first: the newest `limit` that match the filter. */
export async function readHistory(
  bus: Bus,
  from: Date,
  filter: EventFilter,
  limit: number,
): Promise<readonly CortexEvent[]> {
  const kept: CortexEvent[] = [];
  const keep = (event: CortexEvent): void => {
    if (!isWanted(event, filter)) return;
    kept.push(event);
    if (kept.length > limit * 2) kept.splice(0, kept.length, ...newest(kept, limit));
  };
  const wanted = feedDefinitions.filter(({ type }) => filter.types.size === 0 || filter.types.has(type));
  await Promise.all(wanted.map((definition) => readUntilNow(bus, definition, from, filter.service, keep)));
  return newest(kept, limit);
}

async function readUntilNow<Type extends EventType>(
  bus: Bus,
  event: EventDefinition<Type>,
  from: Date,
  service: string | undefined,
  handle: (event: CortexEvent<Type>) => void,
): Promise<void> {
  let finish: () => void = () => {};
  const caughtUp = new Promise<void>((resolve) => (finish = resolve));
  const giveUp = setTimeout(finish, patienceMs);
  const reading: Consumption = await bus.read({
    event,
    from,
    handle,
    onCaughtUp: finish,
    ...(service === undefined ? {} : { service }),
  });
  try {
    await caughtUp;
  } finally {
    clearTimeout(giveUp);
    await reading.stop();
  }
}

/** Sorting is stable: events of one type and one millisecond stay in the order of their stream. */
function newest(events: readonly CortexEvent[], limit: number): readonly CortexEvent[] {
  return [...events].sort((left, right) => left.time.localeCompare(right.time)).slice(-limit);
}
