import { z } from 'zod';

/** The anomaly of a sender whose data is missing. */
export const Open = z.strictObject({
  id: z.string(),
  startedAtMs: z.number(),
  goneAfterMs: z.number(),
  /** By the partition's clock: when it was last told. */
  toldAtMs: z.number().default(0),
});
export type Open = z.infer<typeof Open>;

/** The state of one sender. */
export const Heartbeat = z.strictObject({
  service: z.string(),
  instance: z.string().optional(),
  /** By `ranMs` of the partition's missing data: when it first sent, and last. */
  sinceMs: z.number(),
  heardMs: z.number(),
  /** By the partition's clock: when it last sent. */
  heardAtMs: z.number(),
  /** The newest intervals between its samples, the newest last. */
  intervalsMs: z.array(z.number()),
  longestMs: z.number(),
  /** Samples in one interval, smoothed, and those of the present one. */
  usualSamples: z.number(),
  samples: z.number(),
  /** Its anomaly, while its data is missing. */
  open: Open.optional(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
