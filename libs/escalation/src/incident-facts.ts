import type { Incident } from '@cortex/contracts';

/** The state of the incident's own record. It may contain an answer whose event has not arrived yet. */
export interface IncidentFacts {
  readonly acknowledged?: { readonly by: string; readonly at: string };
  readonly resolvedAt?: string;
  readonly openedAt?: string;
  /** Nothing is wrong at present; whether it stays so, its record will say. */
  readonly isQuiet?: boolean;
  /** A storm goes on, which people are told of in one page: this incident is one of many. */
  readonly isInStorm?: boolean;
}

/** What escalation needs to know of an incident. */
export function factsOf(incident: Incident): IncidentFacts {
  const { acknowledgedBy: by, acknowledgedAt: at, openedAt, resolution, signals } = incident;
  return {
    openedAt,
    isQuiet: !signals.some((signal) => signal.active),
    ...(by === undefined || at === undefined ? {} : { acknowledged: { by, at } }),
    ...(incident.status === 'resolved' ? { resolvedAt: resolution?.at ?? incident.updatedAt } : {}),
  };
}
