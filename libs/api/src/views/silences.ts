import { Silence } from '@cortex/contracts';
import { z } from 'zod';

export const SilenceList = z.object({
  /** Active and future silences, the first to end first. */
  silences: z.array(Silence),
  /** Ids of unreadable records. While there is one, nothing is remediated; lift it. */
  unreadable: z.array(z.string()),
});
export type SilenceList = z.infer<typeof SilenceList>;

export const SilenceView = z.object({
  /** Absent when an unreadable one was removed. */
  silence: Silence.optional(),
  detail: z.string(),
});
export type SilenceView = z.infer<typeof SilenceView>;
