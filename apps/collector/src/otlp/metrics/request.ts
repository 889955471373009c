import { z } from 'zod';
import { Attributes, Double, Integer, Resource } from '../attributes.ts';

export const DataPoint = z.object({
  attributes: Attributes,
  timeUnixNano: Integer.optional(),
  asDouble: Double.optional(),
  asInt: Integer.optional(),
  flags: z.number().optional(),
});
export type DataPoint = z.infer<typeof DataPoint>;

const Numbers = z.object({ dataPoints: z.array(DataPoint).optional() }).optional();
const Others = z.object({ dataPoints: z.array(z.unknown()).optional() }).optional();

export const Metric = z.object({
  name: z.string(),
  unit: z.string().optional(),
  gauge: Numbers,
  sum: Numbers,
  histogram: Others,
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
