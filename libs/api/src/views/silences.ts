import { Silence } from '@cortex/contracts';
import { z } from 'zod';

export const SilenceList = z.object({
  /** Those that hold or are still to begin, the first to end first. */
  silences: z.array(Silence),
  /** Ids of records that cannot be read. While there is one, nothing is remediated; lift it. */
  unreadable: z.array(z.string()),
});
export type SilenceList = z.infer<typeof SilenceList>;

export const SilenceView = z.object({
  /** Absent when an unreadable one was removed. */
  silence: Silence.optional(),
  detail: z.string(),
});
export type SilenceView = z.infer<typeof SilenceView>;
