import { connectBus } from '@cortex/bus';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createBusMetrics } from './bus-metrics.ts';
import type { ServiceEnvironment } from './environment.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { createHostMetrics, createMetrics } from './metrics.ts';
import type { RunningApp, ServiceContext, ServiceDefinition } from './ports.ts';

/** What stays while an app is changed for one with another configuration: the process, its port, its name. */
export interface Host {
  readonly definition: ServiceDefinition;
  readonly environment: ServiceEnvironment;
  readonly logger: Logger;
  readonly http: HttpServer;
  readonly port: number;
  /** Of the app that runs now. */
  current: { readonly metrics?: Registry; readonly isReady?: () => boolean };
}

export interface HostOptions {
  readonly environment: ServiceEnvironment;
  readonly logger: Logger;
  /** Whether the metrics of Node.js are among its own; of several services in one process one has them. Default true. */
  readonly hasProcessMetrics?: boolean;
}

/** Opens the HTTP server: alive at once, ready when an app is. */
export async function openHost(
  definition: ServiceDefinition,
  { environment, logger, hasProcessMetrics = true }: HostOptions,
): Promise<Host> {
  const own = createHostMetrics(definition.name, hasProcessMetrics);
  const host: { current: Host['current'] } = { current: {} };
  const http = createHttpServer({
    metrics: () => (host.current.metrics === undefined ? [own] : [own, host.current.metrics]),
    isReady: () => host.current.isReady?.() === true,
  });
  const port = await http.listen(environment.CORTEX_HTTP_HOST, environment.CORTEX_HTTP_PORT);
  logger.info({ port }, 'listening');
  return Object.assign(host, { definition, environment, logger, http, port });
}

/** One run of the app, with a bus and metrics of its own. */
export interface Life {
  readonly context: ServiceContext;
  /**
   * The last words of the app, then the drain of the bus, then its end. The host stays. False when handlers still run
   * after `patienceMs` (default: CORTEX_DRAIN_MS): their messages are handed back.
   */
  stop(patienceMs?: number): Promise<boolean>;
}

/** Starts the app with a configuration. When it cannot start, nothing of it is left running on the bus. */
export async function startLife(host: Host, config: ServiceContext['config']): Promise<Life> {
  const { definition, environment, http, logger } = host;
  const startedAt = performance.now();
  const metrics = createMetrics(definition.name);
  const instance = `${definition.name}-${environment.CORTEX_INSTANCE}`;
  const running: { app?: RunningApp } = {};
  const dataDir = join(environment.CORTEX_DATA_DIR, definition.name);
  mkdirSync(dataDir, { recursive: true });
  const bus = await connectBus({
    servers: environment.CORTEX_NATS_URL,
    source: `/cortex/${definition.name}`,
    name: instance,
    logger,
    hooks: createBusMetrics(metrics),
  });
  host.current = {
    metrics,
    isReady: () => bus.isConnected() && (running.app?.isReady?.() ?? running.app !== undefined),
  };
  const context: ServiceContext = {
    name: definition.name,
    instance,
    bus,
    config,
    logger,
    metrics,
    serveHttp: (listener) => http.serve(listener),
    dataDir,
    runtime: bus.runtime,
  };
  let app: RunningApp;
  try {
    await bus.synchronize();
    app = await definition.start(context);
  } catch (error) {
    host.current = {};
    await bus.drain(environment.CORTEX_DRAIN_MS);
    throw error;
  }
  running.app = app;
  http.open();
  logger.info({ port: host.port, startMs: Math.round(performance.now() - startedAt) }, 'ready');
  return {
    context,
    async stop(patienceMs = environment.CORTEX_DRAIN_MS) {
      http.shut();
      await lastWords(app, patienceMs);
      const drainsSince = performance.now();
      await bus.drain(patienceMs);
      const hasDrained = performance.now() - drainsSince < patienceMs;
      await app.stop?.();
      host.current = {};
      return hasDrained;
    },
  };
}

/** Without NATS an app cannot publish: its last events are given up after `timeoutMs`, because the process must end. */
async function lastWords(app: RunningApp, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([app.beforeDrain?.(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
