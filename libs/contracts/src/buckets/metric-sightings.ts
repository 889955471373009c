import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Timestamp } from '../model/scalars.ts';

/** When a metric that somebody waits for was last told, of any service. */
export const MetricSighting = z.strictObject({ metric: z.string().min(1).max(256), seenAt: Timestamp });
export type MetricSighting = z.infer<typeof MetricSighting>;

export const metricSightingBucket = defineBucket({
  name: 'cortex-metric-sightings',
  summary: 'When each metric that a playbook asks about was last told',
  key: '<metric>',
  value: MetricSighting,
  // 0.4 KB a metric.
  maxBytes: 16 * mebibyte,
  unreadable: 'replace',
});

/** A metric that stays away for so long is told: who waits for it waits in vain. */
export const metricMissingAfterMs = 3_600_000;
