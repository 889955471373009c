import { freePortNear } from './free-port.ts';
import { serviceNames, type ServiceName } from './service-names.ts';

/** The ports of a stack. A port that is taken is replaced by a free one. */
export interface StackPorts {
  /** Of our nats-server. */
  readonly nats: number;
  /** Of `/healthz`, `/readyz` and `/metrics`: the first service has this one, the next the one after it; 0: any. */
  readonly firstService: number;
}

/** Of `cortex up`, beside the console's 7780. NATS has not its usual 4222, which may be somebody else's. */
export const defaultPorts: StackPorts = { nats: 7779, firstService: 7781 };

interface WantedPorts {
  readonly names: readonly ServiceName[];
  readonly ports: StackPorts | undefined;
  /** Absent: as the configuration says. */
  readonly consolePort: number | undefined;
  readonly onEvent: (message: string) => void;
}

/** The ports of services that are to have a certain one; whoever starts the others picks free ones. */
export async function chooseServicePorts({
  names,
  ports,
  consolePort,
  onEvent,
}: WantedPorts): Promise<Partial<Record<ServiceName, number>>> {
  const chosen: Partial<Record<ServiceName, number>> = {};
  for (const name of names) {
    const wanted = name === 'console' ? consolePort : servicePort(ports, name);
    if (wanted !== undefined) {
      chosen[name] = await portNear(wanted, name === 'console' ? 'the console' : name, onEvent);
    }
  }
  return chosen;
}

/** By its place among all; the console has its own. */
function servicePort(ports: StackPorts | undefined, name: ServiceName): number | undefined {
  if (ports === undefined || ports.firstService === 0) return undefined;
  return ports.firstService + serviceNames.filter((one) => one !== 'console').findIndex((one) => one === name);
}

/** Says so when it is another one than was asked for. */
export async function portNear(wanted: number, what: string, say: (message: string) => void): Promise<number> {
  const port = await freePortNear(wanted);
  if (wanted !== 0 && port !== wanted) say(`port ${wanted} is taken: ${what} uses ${port}`);
  return port;
}
