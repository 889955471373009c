import { z } from 'zod';

// The parts of OTLP/JSON that are read (opentelemetry-proto v1, camelCase); everything else is ignored, as OTLP demands.
// 64-bit integers come as text or as numbers, doubles also as "NaN" and "Infinity".

const Integer = z.union([z.string().max(32), z.number()]);
const Double = z.union([z.number(), z.string().max(32)]);

const AttributeValue = z.looseObject({
  stringValue: z.string().optional(),
  intValue: Integer.optional(),
  doubleValue: Double.optional(),
  boolValue: z.boolean().optional(),
});
const Attributes = z.array(z.object({ key: z.string(), value: AttributeValue.optional() })).optional();
export type Attributes = z.infer<typeof Attributes>;

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
        resource: z.object({ attributes: Attributes }).optional(),
        scopeMetrics: z.array(z.object({ metrics: z.array(Metric).optional() })).optional(),
      }),
    )
    .optional(),
});
export type MetricsRequest = z.infer<typeof MetricsRequest>;
