import { Envelope } from '@cortex/contracts';
import { z } from 'zod';

const Count = z.number().int().nonnegative();

/** A message that could not be handled, and why. */
export const DeadLetterView = z.object({
  sequence: Count,
  at: z.string(),
  consumer: z.string(),
  reason: z.string(),
  detail: z.string(),
  subject: z.string(),
  /** The stream that the message was in. */
  stream: z.string(),
  streamSequence: Count,
  bytes: Count,
  /** The start of the original bytes, read as UTF-8. */
  text: z.string(),
  isTruncated: z.boolean(),
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;

export const DeadLetterList = z.object({ deadLetters: z.array(DeadLetterView) });
export type DeadLetterList = z.infer<typeof DeadLetterList>;

/** Whether the audit chain is whole, and its problems. */
export const AuditView = z.object({
  ok: z.boolean(),
  entries: Count,
  checkpoints: Count,
  /** Up to this record a signature proves the chain. */
  provenTo: Count,
  problems: z.array(z.object({ kind: z.string(), at: z.number().int(), until: z.number().int(), detail: z.string() })),
});
export type AuditView = z.infer<typeof AuditView>;

export const EventList = z.object({ events: z.array(Envelope) });
export type EventList = z.infer<typeof EventList>;
