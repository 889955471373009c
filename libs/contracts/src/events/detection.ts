import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Name, Text, Timestamp } from '../model/scalars.ts';

/** Published when a limit is first exceeded, and at most once an hour while it lasts. */
export const detectionLimited = defineEvent({
  type: 'detection.limited',
  version: 1,
  stream: 'SIGNALS',
  summary: 'A service has more series than the detector watches: those beyond the limit are refused',
  producers: ['detector'],
  consumers: [],
  data: z.strictObject({
    /** The service of the limit; for a partition's limit, the service that has most series there. */
    service: Name,
    scope: z.enum(['service', 'partition']),
    limit: z.number().int().nonnegative(),
    /** About how many series were refused since the last event. */
    refusedSeries: z.number().int().nonnegative(),
    since: Timestamp,
    /** The likely source of the many series. */
    suspect: z
      .strictObject({
        service: Name,
        metric: z.string().min(1).max(256),
        series: z.number().int().positive(),
        /** The label with most values. */
        label: z.string().max(128).optional(),
        values: z.number().int().positive().optional(),
      })
      .optional(),
    /** The sentence that a human reads, with what to do. */
    explanation: Text,
  }),
});
