import { createLogger } from './create-logger.ts';
import { readEnvironment } from './environment.ts';
import { exitStatusOf } from './exit-status.ts';
import { readConfiguration } from './load-configuration.ts';
import type { ServiceDefinition } from './ports.ts';
import { startReloadableService, type ReloadableService } from './reloadable-service.ts';
import { hasteMs, whenToldToStop } from './stop-signals.ts';

/**
 * Runs one service until it is told to stop: configuration, logs, metrics, HTTP, bus, the app, and on SIGTERM the same
 * backwards. An invalid configuration ends the process with status 78 (EX_CONFIG) before anything is started; later it is
 * only refused (`cortex reload`).
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  let logger = createLogger(definition.name);
  try {
    const environment = readEnvironment(process.env);
    logger = createLogger(definition.name, environment);
    const read = await readConfiguration(environment.CORTEX_CONFIG, definition.plugins);
    const stopMs = stopTimeoutMs(environment.CORTEX_DRAIN_MS);
    let service: ReloadableService | undefined;
    const stopRequested = whenToldToStop({
      // A start has nothing to drain, and without NATS it has no end.
      graceMs: () => (service === undefined ? hasteMs : stopMs),
      sayLast: (timeoutMs) => logger.fatal({ timeoutMs }, 'did not stop in time'),
    });
    service = await startReloadableService(definition, { environment, read, logger });
    const reason = await Promise.race([stopRequested, service.failed]);
    logger.info({ reason }, 'stopping');
    await service.stop();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, 'cannot run');
    process.exit(exitStatusOf(error));
  }
}

/** Draining waits twice at most, for the app and for the bus; what stops behind it takes no time. */
function stopTimeoutMs(drainMs: number): number {
  return 2 * drainMs + 5_000;
}
