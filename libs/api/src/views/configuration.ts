import { RunningConfiguration } from '@cortex/contracts';
import { z } from 'zod';

export const ConfigurationView = z.object({
  /** Where the console's own configuration file lies; paths in `configuration` begin with it. */
  folder: z.string(),
  /** Of every process of Cortex that lives. */
  processes: z.array(RunningConfiguration),
  /** What the console runs, as it was resolved; secrets are left out, and what only plugins know is not filled in. */
  configuration: z.record(z.string(), z.unknown()),
});
export type ConfigurationView = z.infer<typeof ConfigurationView>;

export const ReloadView = z.object({
  id: z.uuid(),
  /** The processes that are asked. */
  instances: z.array(z.string()),
});
export type ReloadView = z.infer<typeof ReloadView>;
