/** The ports of a stack. A port that is taken is replaced by a free one. */
export interface StackPorts {
  /** Of our nats-server. */
  readonly nats: number;
  /** Of `/healthz`, `/readyz` and `/metrics`: the first service has this one, the next the one after it; 0: any. */
  readonly firstService: number;
}

/** Of `cortex up`, beside the console's 7780. NATS has not its usual 4222, which may be somebody else's. */
export const defaultPorts: StackPorts = { nats: 7779, firstService: 7781 };

/** The port of a service, by its place among all; the console has its own. */
export function servicePort(ports: StackPorts | undefined, name: string, names: readonly string[]): number {
  if (ports === undefined || ports.firstService === 0) return 0;
  const place = names.filter((one) => one !== 'console').findIndex((one) => one === name);
  return ports.firstService + place;
}
