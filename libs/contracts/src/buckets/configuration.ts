import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Text, Timestamp } from '../model/scalars.ts';

/** SHA-256 of the configuration file and its playbooks, as they are written. */
export const ConfigurationDigest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A human asks every service to take the configuration that was validated: nothing else, and all of it. First each one
 * checks whether it could (`check`); when all can, the same request follows as `take`.
 */
export const ReloadRequest = z.strictObject({
  id: z.uuid(),
  step: z.enum(['check', 'take']),
  digest: ConfigurationDigest,
  by: z.string().min(1).max(128),
  at: Timestamp,
});
export type ReloadRequest = z.infer<typeof ReloadRequest>;

export const reloadRequestKey = 'request';

export const reloadBucket = defineBucket({
  name: 'cortex-reloads',
  summary: 'The newest request to take a changed configuration',
  key: reloadRequestKey,
  value: ReloadRequest,
  history: 16,
  coordination: true,
  maxBytes: mebibyte,
  unreadable: 'replace',
});

/** What one process of a service runs, and what became of the newest request. */
export const RunningConfiguration = z.strictObject({
  service: z.string().min(1).max(64),
  instance: z.string().min(1).max(256),
  digest: ConfigurationDigest,
  /** Where its configuration file lies, as this process sees it: in a container that may be another place. */
  file: z.string(),
  /** Since when it runs this configuration. */
  since: Timestamp,
  reload: z
    .strictObject({
      id: z.uuid(),
      outcome: z.enum(['ready', 'under_way', 'applied', 'unchanged', 'refused']),
      reason: Text.optional(),
    })
    .optional(),
});
export type RunningConfiguration = z.infer<typeof RunningConfiguration>;

/** A process renews its record three times in this time; that of one that is gone vanishes. */
export const runningConfigurationTtlMs = 90_000;

export const runningConfigurationBucket = defineBucket({
  name: 'cortex-running-configurations',
  summary: 'The configuration that each process of Cortex runs',
  key: '<instance>',
  value: RunningConfiguration,
  ttlMs: runningConfigurationTtlMs,
  // At most 5 KB a process.
  maxBytes: 4 * mebibyte,
  unreadable: 'replace',
});
