import { z } from 'zod';
import { detectionDefaults, machineLearningDefaults, rateOfChangeDefaults, seriesLimitDefaults } from './defaults.ts';
import { DurationMs, Name } from './scalars.ts';

/** Spec 1.3: the largest acceptable change, in percent of the earlier value, within a span. */
export const RateOfChange = z.strictObject({
  maxPercent: z.number().positive(),
  withinMs: DurationMs.refine((ms) => ms > 0),
  direction: z.enum(['both', 'up', 'down']).default(rateOfChangeDefaults.direction),
  /** Only a change that lasts from one end of the span to the other is one. */
  sustained: z.boolean().default(rateOfChangeDefaults.sustained),
});
export type RateOfChange = z.infer<typeof RateOfChange>;

/** The examples of spec 1.3. */
export const rateOfChangePresets = {
  cpu_spike: { maxPercent: 30, withinMs: 60_000, direction: 'up', sustained: false },
  memory_leak: { maxPercent: 5, withinMs: 60 * 60_000, direction: 'up', sustained: true },
  traffic_drop: { maxPercent: 50, withinMs: 5 * 60_000, direction: 'down', sustained: false },
} as const satisfies Readonly<Record<string, RateOfChange>>;

/** Settings of the detectors for the series that `match` names. `*` in a metric name matches any run of characters. */
export const DetectionRule = z.strictObject({
  match: z.strictObject({ metric: z.string().min(1).default('*'), service: z.string().min(1).default('*') }),
  enabled: z.boolean().default(detectionDefaults.enabled),
  direction: z.enum(['both', 'up', 'down']).default(detectionDefaults.direction),
  /** Samples before a series may raise anything. */
  warmupSamples: z.number().int().positive().default(detectionDefaults.warmupSamples),
  /** Spec 1.1: n and k. */
  movingAverage: z
    .strictObject({ window: z.number().int().min(2), sigmas: z.number().positive() })
    .default(detectionDefaults.movingAverage),
  /** Spec 1.1: smoothing factor and threshold in historical deviations. */
  ewma: z
    .strictObject({ alpha: z.number().gt(0).max(1), deviations: z.number().positive() })
    .default(detectionDefaults.ewma),
  rateOfChange: RateOfChange.default(rateOfChangeDefaults),
  /** The least composite score that opens an anomaly. Spec 1.4: medium. */
  openAbove: z.number().min(0).max(1).default(detectionDefaults.openAbove),
  /** Samples in a row that must be anomalous before one opens, and normal before it clears. */
  openAfter: z.number().int().positive().default(detectionDefaults.openAfter),
  clearAfter: z.number().int().positive().default(detectionDefaults.clearAfter),
});
export type DetectionRule = z.infer<typeof DetectionRule>;

/** How the metrics of one instance are judged together. Spec 1.2. */
export const MachineLearning = z.strictObject({
  enabled: z.boolean().default(machineLearningDefaults.enabled),
  /**
   * Metric names, `*` for any run of characters: where there are more metrics than can be judged together, earlier
   * patterns win.
   */
  features: z.array(z.string().min(1)).min(1).default(machineLearningDefaults.features),
  /** Older rows are dropped. */
  windowMs: DurationMs.refine((ms) => ms >= 24 * 3_600_000).default(machineLearningDefaults.windowMs),
  retrainMs: DurationMs.refine((ms) => ms >= 3_600_000).default(machineLearningDefaults.retrainMs),
  isolationForest: z
    .strictObject({
      trees: z.number().int().min(1).max(1_000),
      sampleSize: z.number().int().min(2).max(4_096),
      contamination: z.number().gt(0).max(0.5),
    })
    .default(machineLearningDefaults.isolationForest),
  /** Whether the autoencoder is used: it takes most of the time of a fit, and half of that of judging. */
  autoencoder: z.boolean().default(machineLearningDefaults.autoencoder),
});
export type MachineLearning = z.infer<typeof MachineLearning>;
const SeriesCount = z.number().int().positive().max(100_000);

/** How many series are watched in one partition; further ones are refused, and reported. A series takes some 30 KB. */
export const SeriesLimits = z.strictObject({
  perPartition: SeriesCount.default(seriesLimitDefaults.perPartition),
  /** Per service. */
  perService: SeriesCount.default(seriesLimitDefaults.perService),
  /** Services with limits of their own. */
  services: z.array(z.strictObject({ service: Name, series: SeriesCount })).default([]),
});
export type SeriesLimits = z.infer<typeof SeriesLimits>;
