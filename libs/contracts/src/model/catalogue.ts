import { z } from 'zod';
import { defaultEnvironment, serviceDefaults } from './defaults.ts';
import { CheckTier } from './health.ts';
import { DurationMs, JsonRecord, Name } from './scalars.ts';

/** The target of an action or a check: one instance of one service. */
export const Target = z.strictObject({ service: Name, instance: Name });
export type Target = z.infer<typeof Target>;

/** One running copy of a service: a process, a container, a host. */
export const Instance = z.strictObject({
  id: Name,
  host: Name.default('localhost'),
  /** The port of HTTP checks, unless they name one. */
  port: z.number().int().min(1).max(65_535).optional(),
  region: Name.optional(),
  cluster: Name.optional(),
  /** How `restart_service` finds and starts a plain process. `pidFile` is written by the process or by Cortex. */
  process: z
    .strictObject({
      pidFile: z.string().min(1),
      startCommand: z.array(z.string()).min(1).optional(),
      cwd: z.string().optional(),
      env: z.record(z.string(), z.string()).optional(),
      logFile: z.string().optional(),
      /** By name or number. Default: those of the process that is replaced. */
      user: z.string().min(1).optional(),
      group: z.string().min(1).optional(),
    })
    .optional(),
  /** How `restart_service` restarts a systemd unit. */
  systemd: z.strictObject({ unit: z.string().regex(/^[A-Za-z0-9:_.@-]{1,128}\.service$/) }).optional(),
});
export type Instance = z.infer<typeof Instance>;

/** A service that Cortex watches and may heal. */
export const Service = z.strictObject({
  name: Name,
  kind: Name.optional(),
  environment: Name.default(defaultEnvironment),
  critical: z.boolean().default(serviceDefaults.critical),
  users: z.number().int().nonnegative().optional(),
  dependsOn: z.array(Name).default([]),
  /** Healthy instances that must remain before a new remediation starts. Default: half of them, rounded down. */
  minHealthy: z.number().int().nonnegative().optional(),
  /** Instances out of service at once, so that Cortex takes out no further one. Default: a quarter of them, at least one. */
  maxUnavailable: z.number().int().positive().optional(),
  /** False: Cortex watches and advises, but never acts. */
  remediate: z.boolean().default(serviceDefaults.remediate),
  instances: z.array(Instance).min(1),
});
export type Service = z.infer<typeof Service>;

/** One scheduled check of one target. `params` belong to the check plugin named by `type`. */
export const CheckDefinition = z.strictObject({
  name: Name,
  type: z.string().min(1),
  tier: CheckTier,
  target: Target,
  intervalMs: DurationMs,
  timeoutMs: DurationMs,
  /** Attempts after the first failure, before the check counts as failed. */
  retries: z.number().int().nonnegative(),
  params: JsonRecord,
});
export type CheckDefinition = z.infer<typeof CheckDefinition>;
