import { Name } from '@cortex/contracts';
import { z } from 'zod';
import { positiveDuration, text } from './scalars.ts';

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
      .strictObject({ window: z.number().int().min(2).prefault(100), sigmas: z.number().positive().prefault(3) })
      .optional(),
    ewma: z
      .strictObject({ alpha: z.number().gt(0).max(1).prefault(0.2), deviations: z.number().positive().prefault(3) })
      .optional(),
    rate_of_change: z
      .strictObject({ max_percent: z.number().positive().prefault(30), within: positiveDuration('1m').prefault('1m') })
      .transform(({ max_percent, within }) => ({ maxPercent: max_percent, withinMs: within }))
      .optional(),
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

const seriesCount = z.number().int().positive().max(100_000);

export const DetectionInput = z.strictObject({
  rules: z.array(DetectionRuleInput).optional(),
  max_series: z
    .strictObject({
      partition: seriesCount.optional(),
      service: seriesCount.optional(),
      services: z.record(Name, seriesCount).optional(),
    })
    .prefault({})
    .meta({ description: 'Series that are watched in one partition: of all services, of each, and of some' }),
});
