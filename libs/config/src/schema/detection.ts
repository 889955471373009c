import { formatDuration } from '@cortex/conditions';
import {
  detectionDefaults,
  machineLearningDefaults,
  Name,
  rateOfChangeDefaults,
  rateOfChangePresets,
  repeatAnomaliesMs,
  type RateOfChange,
} from '@cortex/contracts';
import { z } from 'zod';
import { HarmInput } from './harm.ts';
import { duration, positiveDurationOr, raise, text } from './scalars.ts';

type PresetName = keyof typeof rateOfChangePresets;

/** Spec 1.3: one of its examples by name, or the figures themselves. */
const RateOfChangeInput = z.union([
  z
    .enum(Object.keys(rateOfChangePresets) as [PresetName, ...PresetName[]])
    .transform((name): RateOfChange => rateOfChangePresets[name]),
  z
    .strictObject({
      max_percent: z.number().positive().prefault(rateOfChangeDefaults.maxPercent),
      within: positiveDurationOr(rateOfChangeDefaults.withinMs),
      direction: z.enum(['both', 'up', 'down']).prefault(rateOfChangeDefaults.direction),
      sustained: z
        .boolean()
        .prefault(rateOfChangeDefaults.sustained)
        .meta({ description: 'Only a change that lasts from one end of the span to the other is one' }),
    })
    .transform(({ max_percent, within, ...rest }): RateOfChange => ({
      maxPercent: max_percent,
      withinMs: within,
      ...rest,
    })),
]);

const DetectionRuleInput = z
  .strictObject({
    match: z
      .strictObject({
        metric: text.optional().meta({ description: '* matches any run of characters', examples: ['process_*'] }),
        service: text.optional(),
      })
      .prefault({}),
    enabled: z.boolean().optional(),
    direction: z.enum(['both', 'up', 'down']).optional(),
    warmup_samples: z.number().int().positive().optional(),
    moving_average: z
      .strictObject({
        window: z.number().int().min(2).prefault(detectionDefaults.movingAverage.window),
        sigmas: z.number().positive().prefault(detectionDefaults.movingAverage.sigmas),
      })
      .optional(),
    ewma: z
      .strictObject({
        alpha: z.number().gt(0).max(1).prefault(detectionDefaults.ewma.alpha),
        deviations: z.number().positive().prefault(detectionDefaults.ewma.deviations),
      })
      .optional(),
    rate_of_change: RateOfChangeInput.optional(),
    open_above: z.number().min(0).max(1).optional(),
    open_after: z.number().int().positive().optional(),
    clear_after: z.number().int().positive().optional(),
  })
  .transform((rule) => ({
    match: rule.match,
    enabled: rule.enabled,
    direction: rule.direction,
    warmupSamples: rule.warmup_samples,
    movingAverage: rule.moving_average,
    ewma: rule.ewma,
    rateOfChange: rule.rate_of_change,
    openAbove: rule.open_above,
    openAfter: rule.open_after,
    clearAfter: rule.clear_after,
  }));

function atLeast(least: string, leastMs: number, defaultMs: number) {
  const example = formatDuration(defaultMs);
  return duration(example, `Default: ${example}, at least ${least}`)
    .transform((value, context) =>
      value >= leastMs
        ? value
        : raise(context, value, `the time must be at least ${least}`, {
            problem: 'CORTEX_CONFIG_BAD_DURATION',
            fix: `write a time such as ${example}`,
          }),
    )
    .prefault(example);
}

/** Spec 1.2, in its terms. */
const MachineLearningInput = z
  .strictObject({
    enabled: z.boolean().optional(),
    features: z
      .array(text)
      .min(1)
      .optional()
      .meta({
        description: 'Metric names; where an instance has more than 40 metrics, those named first are judged together',
        examples: [['*cpu*', '*memory*', 'http_request_duration_seconds']],
      }),
    training: z
      .strictObject({
        window: atLeast('1d', 24 * 3_600_000, machineLearningDefaults.windowMs),
        retrain: atLeast('1h', 3_600_000, machineLearningDefaults.retrainMs),
      })
      .prefault({}),
    isolation_forest: z
      .strictObject({
        n_estimators: z.number().int().min(1).max(1_000).prefault(machineLearningDefaults.isolationForest.trees),
        max_samples: z.number().int().min(2).max(4_096).prefault(machineLearningDefaults.isolationForest.sampleSize),
        contamination: z.number().gt(0).max(0.5).prefault(machineLearningDefaults.isolationForest.contamination),
      })
      .optional(),
    autoencoder: z.boolean().optional(),
  })
  .transform(({ training, isolation_forest: forest, ...rest }) => ({
    ...rest,
    windowMs: training.window,
    retrainMs: training.retrain,
    isolationForest: forest && {
      trees: forest.n_estimators,
      sampleSize: forest.max_samples,
      contamination: forest.contamination,
    },
  }));

const seriesCount = z.number().int().positive().max(100_000);

export const DetectionInput = z.strictObject({
  rules: z.array(DetectionRuleInput).optional(),
  harm: HarmInput.prefault({}),
  machine_learning: MachineLearningInput.prefault({}),
  repeat: positiveDurationOr(repeatAnomaliesMs).meta({
    description: 'An open anomaly is said again after each such time, for as long as its series shows it',
  }),
  max_series: z
    .strictObject({
      partition: seriesCount.optional(),
      service: seriesCount.optional(),
      services: z.record(Name, seriesCount).optional(),
    })
    .prefault({})
    .meta({ description: 'Series that are watched in one partition: of all services, of each, and of some' }),
});
