import type { CortexEvent, EventDraft, IncidentRecord } from '@cortex/contracts';
import type { TimerCommand, Transition } from '@cortex/decision';
import type { BreakerOutcome } from '@cortex/suppression';

/** As much of the cause as ids and traces of its effects are made from. */
export type StoredCause = Pick<CortexEvent, 'id'> &
  Partial<Pick<CortexEvent, 'time' | 'correlationid' | 'traceparent'>>;

export type Effect =
  | { readonly kind: 'timer'; readonly timer: TimerCommand }
  | { readonly kind: 'breaker'; readonly outcome: BreakerOutcome };

export interface Outbox {
  readonly cause: StoredCause;
  readonly drafts: readonly EventDraft[];
  readonly effects: readonly Effect[];
}

export function outboxOf(transition: Transition, cause: CortexEvent): Outbox {
  const { id, time, correlationid, traceparent } = cause;
  return {
    cause: {
      id,
      time,
      ...(correlationid === undefined ? {} : { correlationid }),
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    drafts: transition.drafts,
    effects: [
      ...transition.timers.map((timer) => ({ kind: 'timer' as const, timer })),
      ...transition.breakerOutcomes.map((outcome) => ({ kind: 'breaker' as const, outcome })),
    ],
  };
}

/** The outbox as the record keeps it. */
export function storedOutbox({ cause, drafts, effects }: Outbox): NonNullable<IncidentRecord['outbox']> {
  return { causeId: cause.id, cause, drafts: [...drafts], effects: [...effects] };
}

/** The outbox that an earlier life, or another replica, wrote and may not have emptied. */
export function readOutbox(record: IncidentRecord): Outbox | undefined {
  const stored = record.outbox;
  if (stored === undefined) return undefined;
  return {
    cause: (stored.cause ?? { id: stored.causeId }) as StoredCause,
    drafts: stored.drafts as readonly EventDraft[],
    effects: (stored.effects ?? []) as readonly Effect[],
  };
}
