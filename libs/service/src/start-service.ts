import { connectBus, type Bus } from '@cortex/bus';
import { systemRuntime } from '@cortex/runtime';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createBusMetrics } from './bus-metrics.ts';
import type { ServiceEnvironment } from './environment.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';
import type { RunningApp, ServiceContext, ServiceDefinition } from './ports.ts';

/** A service that runs inside this process, alone or beside others: name, logs, metrics, port and bus are its own. */
export interface StartedService {
  readonly context: ServiceContext;
  readonly port: number;
  /** What `/readyz` says. */
  isReady(): boolean;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly environment: ServiceEnvironment;
  readonly config: ServiceContext['config'];
  readonly logger: Logger;
  /** Whether the metrics of Node.js are among its own; of several services in one process one has them. Default true. */
  readonly hasProcessMetrics?: boolean;
}

/** Starts a service; resolves when the app has started. */
export async function startService(definition: ServiceDefinition, options: StartOptions): Promise<StartedService> {
  const { environment, config, logger } = options;
  const startedAt = performance.now();
  const metrics = createMetrics(definition.name, options.hasProcessMetrics ?? true);
  const running: { bus?: Bus; app?: RunningApp } = {};
  const isReady = (): boolean =>
    running.bus?.isConnected() === true && (running.app?.isReady?.() ?? running.app !== undefined);
  const http = createHttpServer({ metrics, isReady });
  const port = await http.listen(environment.CORTEX_HTTP_HOST, environment.CORTEX_HTTP_PORT);
  logger.info({ port }, 'listening');
  const instance = `${definition.name}-${environment.CORTEX_INSTANCE}`;
  const bus = await connectBus({
    servers: environment.CORTEX_NATS_URL,
    source: `/cortex/${definition.name}`,
    name: instance,
    logger,
    hooks: createBusMetrics(metrics),
  });
  running.bus = bus;
  const dataDir = join(environment.CORTEX_DATA_DIR, definition.name);
  mkdirSync(dataDir, { recursive: true });
  const context: ServiceContext = {
    name: definition.name,
    instance,
    bus,
    config,
    logger,
    metrics,
    serveHttp: (listener) => http.serve(listener),
    dataDir,
    runtime: systemRuntime,
  };
  const app = await definition.start(context);
  running.app = app;
  http.open();
  logger.info({ port, startMs: Math.round(performance.now() - startedAt) }, 'ready');
  return { context, port, isReady, stop: () => stopService(app, bus, http, environment.CORTEX_DRAIN_MS) };
}

async function stopService(app: RunningApp, bus: Bus, http: HttpServer, drainMs: number): Promise<void> {
  await lastWords(app, drainMs);
  await bus.drain(drainMs);
  await app.stop?.();
  await http.close();
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
