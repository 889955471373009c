import { healthChanged, type Envelope } from '@cortex/contracts';
import type { RunningStack } from '@cortex/local-stack';
import { createLazyApiClient } from '../api/lazy-api-client.ts';
import type { CommandContext } from '../core/command.ts';

/** The service under which Cortex tells of its own trouble. */
const ownService = 'cortex';
const mostEvents = 1_000;

/** What is wrong with the parts of Cortex itself, as the running services tell it. Throws when they cannot be asked. */
export async function troubleToldBy(
  stack: RunningStack,
  { environment, signal }: CommandContext,
): Promise<readonly string[]> {
  const token = environment['CORTEX_API_TOKEN']?.trim() || undefined;
  const api = createLazyApiClient(() => stack.consoleUrl ?? '', token, signal);
  const { events } = await api.call('events', {
    query: { type: healthChanged.type, service: ownService, since: stack.startedAt, limit: mostEvents },
  });
  return lastingTrouble(events);
}

/** The last word on each part counts. */
export function lastingTrouble(events: readonly Envelope[]): readonly string[] {
  const byPart = new Map<string, string>();
  for (const event of events) {
    const change = healthChanged.data.safeParse(event.data);
    if (!change.success) continue;
    const { target, to, reason } = change.data;
    if (to === 'HEALTHY') byPart.delete(target.instance);
    else byPart.set(target.instance, reason);
  }
  return [...byPart.values()];
}
