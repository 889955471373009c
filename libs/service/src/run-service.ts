import { pino } from 'pino';
import { readEnvironment } from './environment.ts';
import { exitStatusOf } from './exit-status.ts';
import { loadConfiguration } from './load-configuration.ts';
import { createLogger } from './logger.ts';
import type { ServiceDefinition } from './ports.ts';
import { startService } from './start-service.ts';
import { whenToldToStop } from './stop-signals.ts';

/**
 * Runs one service until it is told to stop: configuration, logs, metrics, HTTP, bus, the app, and on SIGTERM the same
 * backwards. An invalid configuration ends the process with status 78 (EX_CONFIG) before anything is started.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  let logger = pino({ name: definition.name });
  try {
    const environment = readEnvironment(process.env);
    logger = createLogger(definition.name, environment);
    const config = await loadConfiguration(environment.CORTEX_CONFIG, definition.plugins);
    const stopRequested = whenToldToStop();
    const service = await startService(definition, { environment, config, logger });
    const reason = await stopRequested;
    logger.info({ reason }, 'stopping');
    await service.stop();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, 'cannot run');
    process.exit(exitStatusOf(error));
  }
}
