import { RunningConfiguration, Timestamp } from '@cortex/contracts';
import { z } from 'zod';

export const ConfigurationView = z.object({
  /** Where the console's own configuration file lies; paths in `configuration` begin with it. */
  folder: z.string(),
  /** Of every process of Cortex that lives. */
  processes: z.array(RunningConfiguration),
  /** What the console runs, as it was resolved; secrets are left out, and what only actions know is not filled in. */
  configuration: z.record(z.string(), z.unknown()),
});
export type ConfigurationView = z.infer<typeof ConfigurationView>;

export const AwaitedMetricView = z.object({
  metric: z.string(),
  /** Which parts of playbooks ask about it. */
  by: z.array(z.string()),
  /** When it was last told, to the minute; absent when it never was. */
  seenAt: Timestamp.optional(),
  /** Never told, or not for an hour. */
  isMissing: z.boolean(),
});
export type AwaitedMetricView = z.infer<typeof AwaitedMetricView>;

export const AwaitedMetricList = z.object({ metrics: z.array(AwaitedMetricView) });
export type AwaitedMetricList = z.infer<typeof AwaitedMetricList>;

export const ReloadView = z.object({
  id: z.uuid(),
  /** The processes that are asked. */
  instances: z.array(z.string()),
});
export type ReloadView = z.infer<typeof ReloadView>;
