import { Name } from '@cortex/contracts';
import { z } from 'zod';
import { port, positiveDuration, text } from './scalars.ts';

/** The name that the machine's own metrics go by. */
export const defaultHostService = 'host';

export const CollectorInput = z.strictObject({
  host: z
    .strictObject({
      service: Name.prefault(defaultHostService).meta({
        description: 'Reported under this name; a service that is not configured is watched, but never acted on',
      }),
      instance: Name.optional(),
      interval: positiveDuration('10s').prefault('10s'),
      disks: z
        .array(z.strictObject({ path: text, service: Name.optional(), instance: Name.optional() }))
        .min(1)
        .prefault([{ path: '/' }]),
    })
    .optional()
    .meta({ description: 'Metrics of the machine that the collector runs on' }),
  labels: z
    .strictObject({
      service: z.array(text).min(1).prefault(['service', 'service_name', 'app', 'job']),
      instance: z.array(text).min(1).prefault(['instance_id', 'instance', 'pod']),
    })
    .prefault({})
    .meta({ description: 'Which labels of Prometheus name the service and the instance; the first that a series has' }),
  remote_write: z
    .strictObject({
      histogram_buckets: z.boolean().prefault(false),
      gauges: z.array(text).prefault([]).meta({
        description: 'Metrics that are no counters, although their names end in _total, _count, _sum or _bucket',
      }),
    })
    .prefault({}),
  otlp: z.strictObject({ host: text.prefault('127.0.0.1'), port: port.prefault(4318) }).prefault({}),
  partitions: z.number().int().min(1).max(256).prefault(4),
});
export type CollectorInput = z.output<typeof CollectorInput>;

export const ConsoleInput = z.strictObject({ host: text.prefault('127.0.0.1'), port: port.prefault(7780) });
