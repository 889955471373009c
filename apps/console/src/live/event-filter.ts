import type { CortexEvent } from '@cortex/contracts';
import { ApiProblem } from '../api/problems.ts';
import { feedDefinitions } from './event-feed.ts';

/** The events that a listener wants; empty means all. */
export interface EventFilter {
  readonly types: ReadonlySet<string>;
  readonly service: string | undefined;
  readonly incident: string | undefined;
}

/** `types` are names (`incident.opened`) or families (`incident.*`), separated by commas. Throws on one that does not exist. */
export function eventFilter(
  types: string | undefined,
  service: string | undefined,
  incident: string | undefined,
): EventFilter {
  const wanted = new Set<string>();
  for (const pattern of (types ?? '').split(',').map((text) => text.trim())) {
    if (pattern === '') continue;
    const matching = feedDefinitions.filter(({ type }) =>
      pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
    );
    if (matching.length === 0) throw unknownType(pattern);
    for (const { type } of matching) wanted.add(type);
  }
  return { types: wanted, service, incident };
}

export function isWanted(event: CortexEvent, filter: EventFilter): boolean {
  return (
    (filter.types.size === 0 || filter.types.has(event.type)) &&
    (filter.service === undefined || event.subject === filter.service) &&
    (filter.incident === undefined || event.incidentid === filter.incident)
  );
}

function unknownType(pattern: string): ApiProblem {
  return new ApiProblem(
    'CORTEX_API_BAD_REQUEST',
    `there is no event type "${pattern}"`,
    'a misspelt type would be silent for ever',
    `use a type such as ${feedDefinitions[0]?.type}, or a family such as incident.*; docs/events.md lists all`,
  );
}
