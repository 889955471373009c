import type { Bus } from '@cortex/bus';
import type { AppName, CortexConfiguration } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { PluginLoader } from './load-configuration.ts';

/** The context of an app, provided by the kit. */
export interface ServiceContext {
  readonly name: AppName;
  /** Unique per process: `decision-host-4711`. */
  readonly instance: string;
  readonly bus: Bus;
  /** The user's configuration: validated, every default filled in, frozen. */
  readonly config: CortexConfiguration;
  readonly logger: Logger;
  /** Metrics served on `/metrics`; names start with `cortex_`. */
  readonly metrics: Registry;
  /** Answers requests to the service's own HTTP server other than `/healthz`, `/readyz` and `/metrics`. */
  readonly serveHttp: (listener: RequestListener) => void;
  /** Folder for data that must stay on this machine: keys, spools. Exists. */
  readonly dataDir: string;
  /** Time, which is the server's, and randomness: an app takes both from here alone, so that a simulation can run it on a clock of its own. */
  readonly runtime: Runtime;
}

/** A started app. The kit calls `beforeDrain`, drains the bus, then calls `stop`. */
export interface RunningApp {
  /** The last chance to publish and to save: stop accepting work, flush state held in memory. The bus is still open. */
  beforeDrain?(): Promise<void>;
  stop?(): Promise<void>;
  /** Extra readiness beside the bus connection; false keeps `/readyz` at 503. */
  isReady?(): boolean;
}

export interface ServiceDefinition {
  readonly name: AppName;
  /** The plugins that this app runs, or whose words on themselves it needs (tier, risk); the configuration must match their parameters. */
  readonly plugins?: PluginLoader;
  /** The part of a configuration whose secrets it resolves: a reload is refused where one of them cannot be read. */
  secretsIn?(config: CortexConfiguration): unknown;
  start(context: ServiceContext): Promise<RunningApp>;
}
