import { z } from 'zod';
import { AttributeValue, Resource } from '../attributes.ts';

export const LogRecord = z.object({
  severityNumber: z.number().optional(),
  severityText: z.string().optional(),
  body: AttributeValue.optional(),
  eventName: z.string().optional(),
});
export type LogRecord = z.infer<typeof LogRecord>;

export const LogsRequest = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: Resource,
        scopeLogs: z.array(z.object({ logRecords: z.array(LogRecord).optional() })).optional(),
      }),
    )
    .optional(),
});
export type LogsRequest = z.infer<typeof LogsRequest>;
