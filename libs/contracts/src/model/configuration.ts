import { z } from 'zod';
import { pagingDefaults, repeatAnomaliesMs } from './defaults.ts';
import { CheckDefinition, Service } from './catalogue.ts';
import { DetectionRule, MachineLearning, SeriesLimits } from './detection.ts';
import { HarmSettings } from './harm.ts';
import { Playbook } from './playbook.ts';
import { Contact, EscalationPolicy, Paging, SafetyPolicy } from './policy.ts';
import { DurationMs, Name } from './scalars.ts';

/** The collector's own sources. */
export const CollectorSettings = z.strictObject({
  /** Metrics of the machine that the collector runs on, reported under this service and instance. */
  host: z
    .strictObject({
      service: Name,
      instance: Name,
      intervalMs: DurationMs,
      /** Mounted directories to report; each may belong to a service of its own. */
      disks: z.array(z.strictObject({ path: z.string().min(1), service: Name.optional(), instance: Name.optional() })),
    })
    .optional(),
  /** Which labels of Prometheus name the service and the instance; the first that a series has. */
  labels: z.strictObject({ service: z.array(z.string().min(1)), instance: z.array(z.string().min(1)) }),
  remoteWrite: z.strictObject({
    /** Whether the buckets of histograms are collected. */
    histogramBuckets: z.boolean(),
    /** Metrics that are no counters, although their names end as if they were. */
    gauges: z.array(z.string().min(1)),
  }),
  /** Prometheus servers to query, with their queries. */
  prometheus: z.array(
    z.strictObject({
      url: z.string().min(1),
      intervalMs: DurationMs,
      queries: z.array(
        z.strictObject({
          /** The metric name of the result. */
          metric: z.string().min(1).max(256),
          query: z.string().min(1),
          unit: z.string().max(64).optional(),
          /** The service of results without a label that names one. */
          service: Name.optional(),
        }),
      ),
    }),
  ),
  /** How logs and traces become series. */
  signals: z.strictObject({
    /** Records and spans are counted in windows of this length, by their arrival. */
    windowMs: DurationMs,
    /** After a silence of this length the zeros of a service, an operation or a template are no longer reported. */
    silentAfterMs: DurationMs,
    /** New templates of a service count once it has been known for this long, and has logged this many records. */
    warmUpMs: DurationMs,
    warmUpRecords: z.number().int().nonnegative(),
    /** Templates of log records that are remembered per service, and how many of them have a series. */
    templates: z.number().int().min(1).max(2_000),
    templateSeries: z.number().int().min(0).max(500),
    /** Operations of one instance that have series. */
    operations: z.number().int().min(0).max(200),
  }),
  /** The address for everything that is sent to the collector; port 0 picks a free one. */
  otlp: z.strictObject({ host: z.string(), port: z.number().int().min(0).max(65_535) }),
  /** Telemetry partitions. More partitions, more detector replicas. */
  partitions: z.number().int().min(1).max(256),
});
export type CollectorSettings = z.infer<typeof CollectorSettings>;

/** Hysteresis of the health state. Spec 2.4. */
export const HealthSettings = z.strictObject({
  /** Passes in a row before a failed check counts as passing again. */
  recoverAfter: z.number().int().positive(),
  /**
   * Trouble that comes back more often than this within the span, after it was gone, freezes remediation of the target. The
   * states that one failure and its recovery go through do not count.
   */
  flapping: z.strictObject({ returns: z.number().int().positive(), withinMs: DurationMs }),
});
export type HealthSettings = z.infer<typeof HealthSettings>;

/** The user's configuration, resolved: every default filled in, every duration in milliseconds, every name checked. */
export const CortexConfiguration = z.strictObject({
  environment: Name,
  services: z.array(Service),
  checks: z.array(CheckDefinition),
  health: HealthSettings,
  detection: z.array(DetectionRule),
  harm: HarmSettings,
  seriesLimits: SeriesLimits,
  machineLearning: MachineLearning,
  /** An open anomaly is said again after each such time, for as long as its series shows it. */
  repeatAnomaliesMs: DurationMs.refine((ms) => ms > 0).default(repeatAnomaliesMs),
  playbooks: z.array(Playbook),
  safety: SafetyPolicy,
  contacts: z.array(Contact),
  escalationPolicies: z.array(EscalationPolicy),
  paging: Paging.default(pagingDefaults),
  collector: CollectorSettings,
  console: z.strictObject({
    host: z.string(),
    port: z.number().int().min(0).max(65_535),
    /** Where people reach the console from where they read pages: what links in pages begin with. No slash at the end. */
    publicUrl: z.string().optional(),
  }),
  /** Folders with the user's own actions, checks and channels; absolute paths. */
  pluginFolders: z.array(z.string()),
});
export type CortexConfiguration = z.infer<typeof CortexConfiguration>;
