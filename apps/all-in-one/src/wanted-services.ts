import { CortexError } from '@cortex/errors';
import type { ServiceName } from '@cortex/local-stack';
import { allServices } from './services.ts';

/** The services to run, in their order, with the ports that were asked for; undefined leaves the choice. */
export type WantedServices = ReadonlyMap<ServiceName, number | undefined>;

/** Reads `console=7780 decision`; without an argument all services are wanted. */
export function wantedServices(parameters: readonly string[]): WantedServices {
  const named = new Map(parameters.map(parse));
  return new Map(
    allServices.filter((name) => named.size === 0 || named.has(name)).map((name) => [name, named.get(name)]),
  );
}

function parse(parameter: string): [ServiceName, number | undefined] {
  const [name = '', text] = parameter.split('=', 2);
  const service = allServices.find((one) => one === name);
  const port = text === undefined ? undefined : Number(text || Number.NaN);
  if (service === undefined || (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))) {
    throw new CortexError('CORTEX_ENVIRONMENT_INVALID', `wrong argument ${parameter}`, {
      fix: `name services, each with a port if you like (decision=7781): ${allServices.join(', ')}`,
    });
  }
  return [service, port];
}
