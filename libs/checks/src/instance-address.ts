import type { CheckContext } from './define-check.ts';

interface Named {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

interface InstanceAddress {
  readonly host: string;
  /** Absent when neither the check nor the instance says one. */
  readonly port?: number;
}

/** What a check names, else the instance's own; the port of the instance belongs to its own host only. */
export function instanceAddress({ host, port }: Named, facts: CheckContext['facts']): InstanceAddress {
  const ownPort = host === undefined ? facts.port : undefined;
  const chosen = port ?? ownPort;
  return { host: host ?? facts.host, ...(chosen === undefined ? {} : { port: chosen }) };
}
