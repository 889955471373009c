import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Name, Timestamp } from '../model/scalars.ts';

const day = 24 * 60 * 60_000;

/** How far ahead a silence may end. */
export const longestSilenceMs = 30 * day;

/** Silences kept at a time, those that ended within the last hour included. */
export const maxSilences = 1_000;

/** A person's request not to act on a target, for a limited time. It ends at `endsAt`, or when it is lifted. */
export const Silence = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/, 'is 12 hexadecimal digits'),
  service: Name,
  /** Absent: all instances. */
  instance: Name.optional(),
  /** Only this check is suppressed, and no remediation. Absent: all checks. */
  check: Name.optional(),
  startsAt: Timestamp,
  endsAt: Timestamp,
  by: z.string().min(1).max(128),
  reason: z.string().min(1).max(1_000),
  createdAt: Timestamp,
  lifted: z.strictObject({ by: z.string().min(1).max(128), at: Timestamp }).optional(),
});
export type Silence = z.infer<typeof Silence>;

export const silenceBucket = defineBucket({
  name: 'cortex-silences',
  summary: 'What people asked to be left alone, and until when',
  key: '<silence>',
  value: Silence,
  ttlMs: longestSilenceMs + day,
  coordination: true,
  // 1,000 of at most 3 KB, and the markers of those that were removed.
  maxBytes: 8 * mebibyte,
});
