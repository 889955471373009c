import type { Logger } from 'pino';
import { createLogger } from './create-logger.ts';
import { readEnvironment, type ServiceEnvironment } from './environment.ts';
import { openHost, startLife } from './life.ts';
import { readConfiguration } from './load-configuration.ts';
import type { ServiceContext, ServiceDefinition } from './ports.ts';
import { startReloadableService } from './reloadable-service.ts';
import { whenToldToStop } from './stop-signals.ts';

/**
 * Runs one service until it is told to stop: configuration, logs, metrics, HTTP, bus, the app, and on SIGTERM the same
 * backwards. An invalid configuration ends the process with status 78 (EX_CONFIG) before anything is started; later it is
 * only refused (`cortex reload`).
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  let logger = createLogger(definition.name);
  try {
    const environment = readEnvironment(process.env);
    logger = createLogger(definition.name, environment.CORTEX_LOG_LEVEL);
    const read = await readConfiguration(environment.CORTEX_CONFIG, definition.plugins);
    const stopRequested = whenToldToStop();
    const service = await startReloadableService(definition, environment, read, logger);
    const reason = await Promise.race([stopRequested, service.failed]);
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

/** Runs an app with one configuration, for as long as it runs. */
export async function startService(
  definition: ServiceDefinition,
  environment: ServiceEnvironment,
  config: ServiceContext['config'],
  logger: Logger,
): Promise<StartedService> {
  const host = await openHost(definition, environment, logger);
  const life = await startLife(host, config);
  return {
    context: life.context,
    port: host.port,
    async stop() {
      await life.stop();
      await host.http.close();
    },
  };
}

function isConfigurationFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'CORTEX_CONFIGURATION_INVALID' || code === 'CORTEX_ENVIRONMENT_INVALID';
}
