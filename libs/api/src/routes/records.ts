import { z } from 'zod';
import { Limit, NameFilter } from '../forms.ts';
import type { Route } from '../route.ts';
import { AuditView, DeadLetterList, EventList } from '../views/records.ts';

/** Records: events, the audit chain, dead letters. */
export const recordRoutes = {
  events: {
    tag: 'events',
    summary:
      'Events: past ones as JSON, or with Accept: text/event-stream the live stream, which goes on from Last-Event-ID',
    query: z.strictObject({
      /** Names or families (`incident.*`), separated by commas. */
      type: z.string().max(2_000).optional(),
      service: NameFilter,
      incident: z.string().min(4).max(64).optional(),
      since: z.iso.datetime().optional(),
      limit: Limit.default(200),
    }),
    response: EventList,
  },
  auditVerdict: {
    tag: 'records',
    summary: 'Whether the audit chain is whole, from its first record to its last signed checkpoint',
    response: AuditView,
  },
  deadLetters: {
    tag: 'records',
    summary: 'Messages that could not be handled, newest first, with the reason',
    query: z.strictObject({ limit: Limit.default(50) }),
    response: DeadLetterList,
  },
} satisfies Record<string, Route>;
