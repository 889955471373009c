import { z } from 'zod';
import { Integer, Resource } from '../attributes.ts';

export const Span = z.object({
  name: z.string().optional(),
  kind: z.number().optional(),
  parentSpanId: z.string().optional(),
  startTimeUnixNano: Integer.optional(),
  endTimeUnixNano: Integer.optional(),
  status: z.object({ code: z.number().optional() }).optional(),
});
export type Span = z.infer<typeof Span>;

export const TracesRequest = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: Resource,
        scopeSpans: z.array(z.object({ spans: z.array(Span).optional() })).optional(),
      }),
    )
    .optional(),
});
export type TracesRequest = z.infer<typeof TracesRequest>;
