import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { BreakerRecord } from '../buckets/control.ts';
import { Text, Timestamp } from '../model/scalars.ts';

export const breakerChanged = defineEvent({
  version: 1,
  stream: 'INCIDENTS',
  type: 'breaker.changed',
  summary: 'A playbook went out of use on a service because it did not help, or a human took it into use again',
  producers: ['decision', 'console'],
  consumers: [],
  data: z.strictObject({
    ...BreakerRecord.pick({ playbookId: true, service: true, state: true }).shape,
    reason: Text,
    /** The human who reset it; absent when it opened. */
    by: z.string().min(1).max(128).optional(),
    /** What the breaker had counted until then. */
    outcomes: z.strictObject({
      executions: z.number().int().nonnegative(),
      ineffective: z.number().int().nonnegative(),
      /** The execution that opened it. */
      last: z.string().optional(),
    }),
    at: Timestamp,
  }),
});

/** How many of the outcomes that a breaker remembers did not help. */
export function countOutcomes({ outcomes }: Pick<BreakerRecord, 'outcomes'>): {
  readonly executions: number;
  readonly ineffective: number;
} {
  return { executions: outcomes.length, ineffective: outcomes.filter(({ effective }) => !effective).length };
}
