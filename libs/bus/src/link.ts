import { waitFor } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { BusHooks, BusLogger } from './hooks.ts';
import type { JetStream } from './jetstream.ts';
import type { ServerClock } from './server-clock.ts';

/** One connection with everything that the parts of the bus need of it. */
export interface Link {
  readonly jetstream: JetStream;
  /** With the server's time, once it is known. */
  readonly runtime: Runtime;
  /** With the clock of this machine. */
  readonly machine: Runtime;
  readonly clock: ServerClock;
  /** `/cortex/<app>` */
  readonly source: string;
  /** Unique per process. */
  readonly instance: string;
  readonly logger: BusLogger;
  readonly hooks: BusHooks;
  /** Aborts when nothing may be sent any more. */
  readonly closing: AbortSignal;
  /** The largest message that the server takes. */
  maxPayloadBytes(): number;
  isConnected(): boolean;
  /** True once the connection ends for good. */
  isClosed(): boolean;
  /** Calls back on every change of the connection until the returned function is called. */
  onChange(listener: (connected: boolean) => void): () => void;
  /** Resolves when all that was sent has arrived. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The part of a link that identifies the process; its `runtime` is that of the machine. */
export type LinkIdentity = Pick<Link, 'runtime' | 'source' | 'instance' | 'logger' | 'hooks' | 'closing'>;

/** Resolves once connected, after `ms`, or when one of the signals aborts. */
export function whenConnected(link: Link, ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  if (link.isConnected()) return Promise.resolve();
  return waitFor(link.runtime, ms, signals, (done) =>
    link.onChange((connected) => {
      if (connected) done();
    }),
  );
}
