import type { BusHooks } from '../hooks.ts';
import type { JetStream } from '../jetstream.ts';
import type { Bus } from '../ports.ts';

export interface ConnectSiteOptions {
  readonly hooks?: BusHooks;
  /** Periodic work of this process happens at least this often, so that a test need not wait for half a minute. */
  readonly longestIntervalMs?: number;
  /** How far the clock of its machine is ahead. */
  readonly clockAheadMs?: number;
}

/** The connection of one process, which can be broken. */
export interface Cable {
  /** Breaks it. Messages in flight are lost, and the process cannot connect again before `mend`. */
  cut(): void;
  mend(): void;
  /** From now on nothing from the server arrives, until the connection is cut. */
  deafen(): void;
}

/** A server of the suite's own, real or in memory, with its faults. */
export interface Site {
  readonly leaseTtlMs: number;
  /** The server without a bus, to inspect its contents and to send messages that no bus would. */
  readonly jetstream: JetStream;
  connect(name: string, options?: ConnectSiteOptions): Promise<Bus>;
  connectByCable(name: string, options?: ConnectSiteOptions): Promise<{ readonly bus: Bus; readonly cable: Cable }>;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on what it had stored; kills it first if it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  nowMs(): number;
  pause(ms: number): Promise<void>;
  /** Runs a test. Where the clock is virtual, time passes only in here. */
  run(body: () => Promise<void>): Promise<void>;
}

export type StartSite = (options: { readonly leaseTtlMs: number }) => Promise<Site>;
