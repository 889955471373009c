import { formatDuration } from '@cortex/conditions';
import { collectorDefaults, consoleDefaults, Name } from '@cortex/contracts';
import { z } from 'zod';
import { duration, port, positiveDurationOr, raise, text } from './scalars.ts';

const { host, labels, otlp, prometheus, remoteWrite, signals } = collectorDefaults;

/** Of a Prometheus server. Credentials would end up in logs. */
const serverUrl = z
  .url({ protocol: /^https?$/ })
  .meta({ examples: ['http://127.0.0.1:9090'] })
  .transform((url, context) => {
    const { username, password } = new URL(url);
    if (username === '' && password === '') return url;
    return raise(context, undefined, 'credentials do not belong into a URL', {
      problem: 'CORTEX_CONFIG_INVALID_VALUE',
      fix: 'write the URL without them; reach a protected server through a proxy that adds them',
    });
  });

const PrometheusInput = z.strictObject({
  url: serverUrl,
  interval: positiveDurationOr(prometheus.intervalMs),
  queries: z
    .array(
      z.strictObject({
        metric: z
          .string()
          .max(256)
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and underscores, as conditions name metrics'),
        query: text.meta({ description: 'PromQL with an instant vector or a number as its result' }),
        unit: text.max(64).optional(),
        service: Name.optional(),
      }),
    )
    .min(1),
});

export const CollectorInput = z.strictObject({
  host: z
    .strictObject({
      service: Name.prefault(host.service).meta({
        description: 'Reported under this name; a service that is not configured is watched, but never acted on',
      }),
      instance: Name.optional(),
      interval: positiveDurationOr(host.intervalMs),
      disks: z
        .array(z.strictObject({ path: text, service: Name.optional(), instance: Name.optional() }))
        .min(1)
        .prefault(host.disks),
    })
    .optional()
    .meta({ description: 'Metrics of the machine that the collector runs on' }),
  labels: z
    .strictObject({
      service: z.array(text).min(1).prefault(labels.service),
      instance: z.array(text).min(1).prefault(labels.instance),
    })
    .prefault({})
    .meta({ description: 'Which labels of Prometheus name the service and the instance; the first that a series has' }),
  remote_write: z
    .strictObject({
      histogram_buckets: z.boolean().prefault(remoteWrite.histogramBuckets),
      gauges: z.array(text).prefault([]).meta({
        description: 'Metrics that are no counters, although their names end in _total, _count, _sum or _bucket',
      }),
    })
    .prefault({}),
  prometheus: z
    .array(PrometheusInput)
    .prefault([])
    .meta({ description: 'Prometheus servers that are asked, and what' }),
  signals: z
    .strictObject({
      window: positiveDurationOr(signals.windowMs),
      silent_after: positiveDurationOr(signals.silentAfterMs),
      warm_up: duration('10m').prefault(formatDuration(signals.warmUpMs)),
      warm_up_records: z.number().int().nonnegative().prefault(signals.warmUpRecords),
      templates: z.number().int().min(1).max(2_000).prefault(signals.templates),
      template_series: z.number().int().min(0).max(500).prefault(signals.templateSeries),
      operations: z.number().int().min(0).max(200).prefault(signals.operations),
    })
    .prefault({})
    .meta({ description: 'How logs and traces become series' }),
  otlp: z.strictObject({ host: text.prefault(otlp.host), port: port.prefault(otlp.port) }).prefault({}),
  partitions: z.number().int().min(1).max(256).prefault(collectorDefaults.partitions),
});
export type CollectorInput = z.output<typeof CollectorInput>;

/** Without a slash at the end, so that a path can be added. */
const publicUrl = z
  .url({ protocol: /^https?$/ })
  .meta({ examples: ['https://cortex.example.org'] })
  .transform((address, context) => {
    const { username, password, search, hash } = new URL(address);
    if ([username, password, search, hash].every((part) => part === '')) return address.replace(/\/+$/, '');
    return raise(context, undefined, 'it has more than scheme, host, port and path', {
      problem: 'CORTEX_CONFIG_INVALID_VALUE',
      fix: 'write the address of the console alone, such as https://cortex.example.org',
    });
  });

export const ConsoleInput = z
  .strictObject({
    host: text.prefault(consoleDefaults.host),
    port: port.prefault(consoleDefaults.port),
    public_url: publicUrl.optional().meta({
      description: 'Where people reach the console from where they read pages; the links of pages begin with it',
    }),
  })
  .transform(({ public_url: url, ...rest }) => ({ ...rest, ...(url === undefined ? {} : { publicUrl: url }) }));
