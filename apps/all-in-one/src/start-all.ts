import type { CortexConfiguration } from '@cortex/contracts';
import { freePortNear, type ServiceName } from '@cortex/local-stack';
import { createLogger, startReloadableService, type ServiceDefinition, type ServiceEnvironment } from '@cortex/service';
import { createConfigurationReader } from './configuration-reader.ts';
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
  /** Called when a service can run no more, or a thread ends without having been asked to. */
  readonly onCrash: (error: unknown) => void;
}

/** Who has the metrics of Node.js: its port is the one that is known. */
const hasProcessMetrics: ServiceName = 'console';

/** Starts all services at once; resolves when each has started, in the order in which they stop. */
export async function startAll(options: StartAllOptions): Promise<readonly RunningService[]> {
  const { wanted, definitions, config, onCrash } = options;
  const threaded = servicesWithThread(config);
  const read = createConfigurationReader(options.environment.CORTEX_CONFIG);
  return Promise.all(
    [...wanted].map(async ([name, port]): Promise<RunningService> => {
      const environment = {
        ...options.environment,
        CORTEX_HTTP_PORT: await (port === undefined ? usualPort(name, options) : freePortNear(port)),
      };
      const definition = definitions.get(name);
      if (definition === undefined || threaded.has(name)) return startServiceThread({ name, environment, onCrash });
      const service = await startReloadableService(definition, {
        environment,
        read: await read(definition.plugins),
        logger: createLogger(name, environment),
        hasProcessMetrics: name === hasProcessMetrics,
      });
      service.failed.catch(onCrash);
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
