import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { isTelemetry } from '../model/telemetry-guard.ts';
import { SeriesBatch } from '../model/telemetry.ts';

/** The one event that is about a partition, not about a service. */
export const telemetryMetrics = defineEvent({
  type: 'telemetry.metrics',
  version: 1,
  stream: 'TELEMETRY',
  summary: 'Samples of many series, column by column; all samples of one series share a partition',
  producers: ['collector'],
  consumers: ['detector'],
  about: 'partition',
  data: z.strictObject({ partition: z.number().int().nonnegative(), series: z.array(SeriesBatch).min(1).max(5_000) }),
  accepts: isTelemetry,
});
