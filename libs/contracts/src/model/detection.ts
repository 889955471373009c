import { z } from 'zod';
import { DurationMs, Name } from './scalars.ts';

/** Settings of the detectors for the series that `match` names. `*` in a metric name matches any run of characters. */
export const DetectionRule = z.strictObject({
  match: z.strictObject({ metric: z.string().min(1).default('*'), service: z.string().min(1).default('*') }),
  enabled: z.boolean().default(true),
  direction: z.enum(['both', 'up', 'down']).default('both'),
  /** Samples before a series may raise anything. */
  warmupSamples: z.number().int().positive().default(30),
  /** Spec 1.1: n and k. */
  movingAverage: z
    .strictObject({ window: z.number().int().min(2), sigmas: z.number().positive() })
    .default({ window: 100, sigmas: 3 }),
  /** Spec 1.1: smoothing factor and threshold in historical deviations. */
  ewma: z
    .strictObject({ alpha: z.number().gt(0).max(1), deviations: z.number().positive() })
    .default({ alpha: 0.2, deviations: 3 }),
  /** Spec 1.3: the largest acceptable change, in percent of the earlier value, within the span. */
  rateOfChange: z
    .strictObject({ maxPercent: z.number().positive(), withinMs: DurationMs.refine((ms) => ms > 0) })
    .default({ maxPercent: 30, withinMs: 60_000 }),
  /** The least composite score that opens an anomaly. Spec 1.4: medium. */
  openAbove: z.number().min(0).max(1).default(0.5),
  /** Samples in a row that must be anomalous before one opens, and normal before it clears. */
  openAfter: z.number().int().positive().default(2),
  clearAfter: z.number().int().positive().default(5),
});
export type DetectionRule = z.infer<typeof DetectionRule>;

const SeriesCount = z.number().int().positive().max(100_000);

/** How many series are watched in one partition; what is beyond is refused, and said. A series takes some 30 KB. */
export const SeriesLimits = z.strictObject({
  perPartition: SeriesCount.default(3_000),
  /** Of one service. */
  perService: SeriesCount.default(2_000),
  /** Services with limits of their own. */
  services: z.array(z.strictObject({ service: Name, series: SeriesCount })).default([]),
});
export type SeriesLimits = z.infer<typeof SeriesLimits>;
