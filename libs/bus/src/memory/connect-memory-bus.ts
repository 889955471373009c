import { maxPayloadBytes } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { setMaxListeners } from 'node:events';
import type { BusHooks, BusLogger } from '../hooks.ts';
import { JetStreamBus } from '../jetstream-bus.ts';
import type { Link } from '../link.ts';
import type { Bus } from '../ports.ts';
import { ServerClock } from '../server-clock.ts';
import { memoryJetStream } from './memory-jetstream.ts';
import { directNetwork } from './memory-network.ts';
import type { MemoryNetwork } from './memory-network.ts';
import type { MemoryServer } from './memory-server.ts';

export interface MemoryBusOptions {
  /** `/cortex/<app>` */
  readonly source: string;
  /** Unique per process. */
  readonly name: string;
  readonly logger: BusLogger;
  readonly hooks?: BusHooks;
  /** Default: the clock and randomness of this machine. */
  readonly runtime?: Runtime;
  /** Default: one without latency and faults. */
  readonly network?: MemoryNetwork;
}

/** The bus of one process on a server in memory. Everything but the server is the code that runs on NATS. */
export function connectMemoryBus(server: MemoryServer, options: MemoryBusOptions): Bus {
  const { runtime: machine = systemRuntime, network = directNetwork() } = options;
  const clock = new ServerClock(machine);
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const link: Link = {
    jetstream: memoryJetStream(server, network, machine),
    runtime: clock.runtime(),
    machine,
    clock,
    source: options.source,
    instance: options.name,
    logger: options.logger,
    hooks: options.hooks ?? {},
    closing: closing.signal,
    maxPayloadBytes: () => maxPayloadBytes,
    isConnected: () => network.isConnected(),
    isClosed: () => closing.signal.aborted,
    onChange: (listener) => network.onChange(listener),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return new JetStreamBus(link, closing);
}
