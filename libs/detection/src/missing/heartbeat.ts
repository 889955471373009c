import { z } from 'zod';

/** The anomaly of a sender whose data is missing. */
export const Open = z.strictObject({ id: z.string(), startedAtMs: z.number(), goneAfterMs: z.number() });
export type Open = z.infer<typeof Open>;

/** What is remembered of one sender. */
export const Heartbeat = z.strictObject({
  service: z.string(),
  instance: z.string().optional(),
  /** By `ranMs` of the partition's missing data: when it was first heard, and last. */
  sinceMs: z.number(),
  heardMs: z.number(),
  /** By the partition's clock: when it was last heard. */
  heardAtMs: z.number(),
  /** Between what came from it, the newest last. */
  intervalsMs: z.array(z.number()),
  longestMs: z.number(),
  /** Samples in one interval, smoothed, and those of the present one. */
  usualSamples: z.number(),
  samples: z.number(),
  /** Its anomaly, while its data is missing. */
  open: Open.optional(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
