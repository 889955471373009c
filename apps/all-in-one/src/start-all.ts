import type { CortexConfiguration } from '@cortex/contracts';
import { freePortNear, type ServiceName } from '@cortex/local-stack';
import { createLogger, startService, type ServiceDefinition, type ServiceEnvironment } from '@cortex/service';
import type { RunningService } from './running-service.ts';
import { startServiceThread } from './service-thread.ts';
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
      const environment = { ...options.environment, CORTEX_HTTP_PORT: await portFor(name, port, options) };
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

/** A port that was asked for and is taken by now is no reason not to run: it is told where each service listens. */
function portFor(
  name: ServiceName,
  asked: number | undefined,
  { environment, config }: StartAllOptions,
): Promise<number> | number {
  if (asked !== undefined) return asked === 0 ? 0 : freePortNear(asked);
  if (name !== 'console') return 0;
  return environment.CORTEX_HTTP_PORT === 0 ? freePortNear(config.console.port) : environment.CORTEX_HTTP_PORT;
}
