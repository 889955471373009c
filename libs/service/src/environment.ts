import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { EnvironmentError } from './errors.ts';

/** The environment variables of a service. Everything about the user's systems is in the configuration file. */
export const ServiceEnvironment = z.object({
  /** The user's configuration. */
  CORTEX_CONFIG: z
    .string()
    .min(1)
    .default('cortex.yaml')
    .transform((path) => resolve(path)),
  /** The address of NATS; several addresses are separated by commas. */
  CORTEX_NATS_URL: z
    .string()
    .min(1)
    .default('nats://127.0.0.1:4222')
    .transform((text) => text.split(',').map((url) => url.trim())),
  /** Address of this service’s own HTTP server. */
  CORTEX_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  /** Port of this service’s own HTTP server; 0 picks a free one. */
  CORTEX_HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  CORTEX_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Folder for a log file of each service, `<name>.log`; absent, they log to the standard output. */
  CORTEX_LOG_DIR: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  /** Folder for data that must stay on this machine: keys, spools. */
  CORTEX_DATA_DIR: z
    .string()
    .min(1)
    .default('.cortex/data')
    .transform((path) => resolve(path)),
  /** Longest wait for running handlers on SIGTERM, in milliseconds. */
  CORTEX_DRAIN_MS: z.coerce.number().int().min(0).max(600_000).default(10_000),
  /** Name of this process among its replicas; a process replaces an earlier one of the same name. */
  CORTEX_INSTANCE: z
    .string()
    .min(1)
    .max(128)
    .default(() => `${hostname()}-${process.pid}`),
});
export type ServiceEnvironment = z.infer<typeof ServiceEnvironment>;

/** Reads the environment; throws one error that names every wrong variable. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): ServiceEnvironment {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = ServiceEnvironment.safeParse(present);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new EnvironmentError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
