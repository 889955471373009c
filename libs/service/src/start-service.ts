import type { Logger } from 'pino';
import type { ServiceEnvironment } from './environment.ts';
import { openHost, startLife } from './life.ts';
import type { ServiceContext, ServiceDefinition } from './ports.ts';

/** A service that runs inside this process, for tests and for programs that embed it. */
export interface StartedService {
  readonly context: ServiceContext;
  readonly port: number;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly environment: ServiceEnvironment;
  readonly config: ServiceContext['config'];
  readonly logger: Logger;
}

/** Runs an app with one configuration, for as long as it runs. */
export async function startService(
  definition: ServiceDefinition,
  { config, ...options }: StartOptions,
): Promise<StartedService> {
  const host = await openHost(definition, options);
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
