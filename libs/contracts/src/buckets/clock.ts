import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Timestamp } from '../model/scalars.ts';

/** What the clock of a process showed when it wrote this. */
export const ClockReading = z.strictObject({
  at: Timestamp,
  /**
   * How far it is ahead of the server's, by what the process has learned so far. Absent while that is not known well enough.
   * The server's time of this write does not tell: it may be written late.
   */
  aheadMs: z.number().optional(),
});
export type ClockReading = z.infer<typeof ClockReading>;

/** So often each process reads the server's time. */
export const clockIntervalMs = 60_000;

export const clockBucket = defineBucket({
  name: 'cortex-clocks',
  summary:
    'What the clock of each process showed when it last asked the server for the time; vanishes with the process',
  key: '<service>-<instance>',
  value: ClockReading,
  ttlMs: 5 * clockIntervalMs,
  coordination: true,
  unreadable: 'replace',
  // 300 B each, one a process.
  maxBytes: 4 * mebibyte,
});
