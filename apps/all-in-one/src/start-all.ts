import type { CortexConfiguration } from '@cortex/contracts';
import { freePortNear, type ServiceName } from '@cortex/local-stack';
import { createLogger, startService, type ServiceDefinition, type ServiceEnvironment } from '@cortex/service';
import type { RunningService } from './running-service.ts';
import { startServiceThread } from './service-thread.ts';
import { allServices } from './services.ts';
import { servicesWithThread } from './threads.ts';
import type { WantedServices } from './wanted-services.ts';

export interface StartAllOptions {
  readonly wanted: WantedServices;
  /** Of those that have no thread of their own at any time. */
  readonly definitions: ReadonlyMap<ServiceName, ServiceDefinition>;
  readonly environment: ServiceEnvironment;
  readonly config: CortexConfiguration;
  /** Called when a thread ends without having been asked to. */
  readonly onCrash: (error: Error) => void;
}

/** Who has the metrics of Node.js: its port is the one that is known. */
const hasProcessMetrics: ServiceName = 'console';

/** Starts all services at once; resolves when each has started, in the order in which they stop. */
export async function startAll(options: StartAllOptions): Promise<readonly RunningService[]> {
  const { wanted, definitions, config, onCrash } = options;
  const threaded = servicesWithThread(config);
  return Promise.all(
    [...wanted].map(async ([name, port]): Promise<RunningService> => {
      const environment = {
        ...options.environment,
        CORTEX_HTTP_PORT: await (port === undefined ? usualPort(name, options) : freePortNear(port)),
      };
      const definition = definitions.get(name);
      if (definition === undefined || threaded.has(name))
        return startServiceThread({ name, environment, config, onCrash });
      const service = await startService(definition, {
        environment,
        config,
        logger: createLogger(name, environment),
        hasProcessMetrics: name === hasProcessMetrics,
      });
      return { name, port: service.port, isReady: service.isReady, stop: service.stop };
    }),
  );
}

/**
 * Without a port in the environment, the console has that of the configuration, and the others any. With one it is the
 * console's, and the others have those behind it, in the order of their names in docs/operations.md.
 */
async function usualPort(name: ServiceName, { environment, config }: StartAllOptions): Promise<number> {
  const base = environment.CORTEX_HTTP_PORT;
  if (base !== 0) return name === 'console' ? base : base + 1 + allServices.indexOf(name);
  return name === 'console' ? freePortNear(config.console.port) : 0;
}
