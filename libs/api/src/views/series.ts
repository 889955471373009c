import { Name, SeriesLabels, Timestamp } from '@cortex/contracts';
import { z } from 'zod';

export const SeriesView = z.object({
  service: Name,
  /** Absent for a series of the whole service. */
  instance: Name.optional(),
  metric: z.string(),
  unit: z.string().optional(),
  labels: SeriesLabels,
  /** The newest value, and when it was taken. */
  value: z.number(),
  at: Timestamp,
});
export type SeriesView = z.infer<typeof SeriesView>;

export const SeriesList = z.object({
  series: z.array(SeriesView),
  /** How many there are, with those beyond the limit. */
  total: z.number().int().nonnegative(),
  /** False when not all that arrived could be read in time: series may be missing, and newer values. */
  isWhole: z.boolean(),
});
export type SeriesList = z.infer<typeof SeriesList>;
