import { z } from 'zod';
import { Name } from './scalars.ts';

/** Attributes that tell series of one metric apart: `mount: /data`. */
export const SeriesLabels = z.record(z.string().min(1).max(128), z.string().max(1_024));

/** Samples of one series, column by column: `timesMs[i]` is when `values[i]` was taken (epoch milliseconds). */
export const SeriesBatch = z
  .strictObject({
    service: Name,
    instance: Name.optional(),
    metric: z.string().min(1).max(256),
    unit: z.string().max(64).optional(),
    labels: SeriesLabels.default({}),
    timesMs: z.array(z.number().int().nonnegative()).min(1).max(10_000),
    values: z.array(z.number()).min(1).max(10_000),
  })
  .refine((series) => series.timesMs.length === series.values.length, {
    message: 'timesMs and values differ in length',
    path: ['values'],
  });
export type SeriesBatch = z.infer<typeof SeriesBatch>;

/** One value of a series, before it is put into columns. Finite, and within the bounds of a {@link SeriesBatch}. */
export interface SeriesSample extends Readonly<
  Pick<SeriesBatch, 'service' | 'metric' | 'labels' | 'instance' | 'unit'>
> {
  readonly timeMs: number;
  readonly value: number;
}

/** The name of a series, equal for equal identities whatever the label order. */
export function seriesKey(series: Pick<SeriesBatch, 'service' | 'instance' | 'metric' | 'labels'>): string {
  let key = `${series.service}|${series.instance ?? ''}|${series.metric}`;
  for (const name of Object.keys(series.labels).sort()) key += `|${name}=${series.labels[name]}`;
  return key;
}
