import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { StackPorts } from './ports.ts';
import type { ServiceName } from './service-names.ts';
import type { ServiceProcess } from './service-process.ts';
import type { WatchedCounts } from './stack-message.ts';

/** How the services of a stack are laid out over processes. */
export type StackLayout =
  /** All in one: the least memory. A crash of one ends all; all are started again. */
  | { readonly kind: 'one-process' }
  /** A process each: a crash of one leaves the others alone. */
  | {
      readonly kind: 'processes';
      /** Shorter leases, for tests; passed on to the provisioner. */
      readonly leaseTtlMs?: number;
      /** Copies of every stream, on a cluster; passed on to the provisioner. */
      readonly replicas?: number;
      /** More for single services: another address of NATS, another clock. */
      readonly environmentOf?: (name: ServiceName) => Readonly<Record<string, string>>;
    };

export type ProcessesLayout = Extract<StackLayout, { readonly kind: 'processes' }>;

/** What every layout is given. */
export interface LayoutOptions {
  readonly names: readonly ServiceName[];
  readonly appsDir: string;
  readonly configFile: string;
  /** The folder of the stack. */
  readonly dir: string;
  readonly natsUrl: string;
  /** Absent: as the configuration says. 0, or a port in use, picks a free one. */
  readonly consolePort: number | undefined;
  /** Absent: any free ones. */
  readonly ports: StackPorts | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly onEvent: (message: string) => void;
}

/** The services of a stack, running. */
export interface RunningServices {
  readonly services: ReadonlyMap<ServiceName, ServiceProcess>;
  /** Of the configuration, where the process that read it tells. */
  readonly watched?: WatchedCounts;
  stop(): Promise<void>;
}

export const readyTimeoutMs = 30_000;
export const stopGraceMs = 12_000;

/** Node's default of 4 threads means two look-ups of names at once; docs/operations.md says why 128. */
export const lookUpThreads = (): Record<string, string> => ({
  UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '128',
});

/** The environment of every service of a stack. */
export function environmentOf({ configFile, natsUrl, dir }: LayoutOptions): Record<string, string> {
  return {
    CORTEX_CONFIG: resolve(configFile),
    CORTEX_NATS_URL: natsUrl,
    CORTEX_HTTP_HOST: '127.0.0.1',
    CORTEX_DATA_DIR: join(dir, 'data'),
    CORTEX_LOG_DIR: logFolder(dir),
    // A restarted service need not wait for the leases of its last process.
    CORTEX_INSTANCE: `${hostname()}-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`,
  };
}

export function logFolder(dir: string): string {
  return join(dir, 'logs');
}

export function logFileOf(dir: string, name: ServiceName): string {
  return join(logFolder(dir), `${name}.log`);
}
