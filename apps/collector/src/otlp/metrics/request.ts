import { z } from 'zod';
import { Attributes, Double, Integer, Resource } from '../attributes.ts';

export const DataPoint = z.object({
  attributes: Attributes,
  startTimeUnixNano: Integer.optional(),
  timeUnixNano: Integer.optional(),
  asDouble: Double.optional(),
  asInt: Integer.optional(),
  flags: z.number().optional(),
});
export type DataPoint = z.infer<typeof DataPoint>;

export const HistogramPoint = z.object({
  attributes: Attributes,
  startTimeUnixNano: Integer.optional(),
  timeUnixNano: Integer.optional(),
  count: Integer.optional(),
  sum: Double.optional(),
  bucketCounts: z.array(Integer).optional(),
  explicitBounds: z.array(Double).optional(),
  flags: z.number().optional(),
});
export type HistogramPoint = z.infer<typeof HistogramPoint>;

/** What a point counts: since the one before (1), or since its start (2). */
export const temporality = { delta: 1, cumulative: 2 } as const;

const Gauge = z.object({ dataPoints: z.array(DataPoint).optional() });
const Sum = Gauge.extend({ aggregationTemporality: z.number().optional(), isMonotonic: z.boolean().optional() });
const Histogram = z.object({
  dataPoints: z.array(HistogramPoint).optional(),
  aggregationTemporality: z.number().optional(),
});
const Others = z.object({ dataPoints: z.array(z.unknown()).optional() }).optional();

export const Metric = z.object({
  name: z.string(),
  unit: z.string().optional(),
  gauge: Gauge.optional(),
  sum: Sum.optional(),
  histogram: Histogram.optional(),
  exponentialHistogram: Others,
  summary: Others,
});
export type Metric = z.infer<typeof Metric>;

export const MetricsRequest = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: Resource,
        scopeMetrics: z.array(z.object({ metrics: z.array(Metric).optional() })).optional(),
      }),
    )
    .optional(),
});
export type MetricsRequest = z.infer<typeof MetricsRequest>;
