import { connectBus, type Bus } from '@cortex/bus';
import { systemRuntime } from '@cortex/runtime';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createBusMetrics } from './bus-metrics.ts';
import { readEnvironment } from './environment.ts';
import { createLogger } from './create-logger.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { loadConfiguration } from './load-configuration.ts';
import { createMetrics } from './metrics.ts';
import type { RunningApp, ServiceContext, ServiceDefinition } from './ports.ts';
import { whenToldToStop } from './stop-signals.ts';

/**
 * Runs one service until it is told to stop: configuration, logs, metrics, HTTP, bus, the app, and on SIGTERM the same
 * backwards. An invalid configuration ends the process with status 78 (EX_CONFIG) before anything is started.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  let logger = createLogger(definition.name);
  try {
    const environment = readEnvironment(process.env);
    logger = createLogger(definition.name, environment.CORTEX_LOG_LEVEL);
    const config = await loadConfiguration(environment.CORTEX_CONFIG, definition.plugins);
    const stopRequested = whenToldToStop();
    const service = await startService(definition, environment, config, logger);
    const reason = await stopRequested;
    logger.info({ reason }, 'stopping');
    endWithin(stopTimeoutMs(environment.CORTEX_DRAIN_MS), logger);
    await service.stop();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, 'cannot run');
    process.exit(isConfigurationFault(error) ? 78 : 1);
  }
}

/** Draining waits twice at most, for the app and for the bus; what stops behind it takes no time. */
function stopTimeoutMs(drainMs: number): number {
  return 2 * drainMs + 5_000;
}

/** Nobody may be left to end by force a process whose stopping hangs: the one that started it may be gone. */
function endWithin(timeoutMs: number, logger: Logger): void {
  const end = (): void => {
    logger.fatal({ timeoutMs }, 'did not stop in time');
    process.exit(1);
  };
  setTimeout(end, timeoutMs).unref();
}

/** A service that runs inside this process, for tests and for programs that embed it. */
export interface StartedService {
  readonly context: ServiceContext;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startService(
  definition: ServiceDefinition,
  environment: ReturnType<typeof readEnvironment>,
  config: ServiceContext['config'],
  logger: Logger,
): Promise<StartedService> {
  const startedAt = performance.now();
  const metrics = createMetrics(definition.name);
  const running: { bus?: Bus; app?: RunningApp } = {};
  const http = createHttpServer({
    metrics,
    isReady: () => running.bus?.isConnected() === true && (running.app?.isReady?.() ?? running.app !== undefined),
  });
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
  return { context, port, stop: () => stopService(app, bus, http, environment.CORTEX_DRAIN_MS) };
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

function isConfigurationFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'CORTEX_CONFIGURATION_INVALID' || code === 'CORTEX_ENVIRONMENT_INVALID';
}
