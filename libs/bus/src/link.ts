import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { BusHooks, BusLogger } from './hooks.ts';
import { waitFor } from './wait.ts';

/** One connection with what every part of the bus needs to know about it. */
export interface Link {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** `/cortex/<app>` */
  readonly source: string;
  readonly inboxPrefix: string;
  /** Unique per process. */
  readonly instance: string;
  readonly logger: BusLogger;
  readonly hooks: BusHooks;
  /** Aborts when nothing may be sent any more. */
  readonly closing: AbortSignal;
  isConnected(): boolean;
  /** Calls back on every change of the connection until the returned function is called. */
  onChange(listener: (connected: boolean) => void): () => void;
}

/** Builds the link of a fresh connection and keeps its state until the connection closes. */
export async function makeLink(
  connection: NatsConnection,
  identity: Pick<Link, 'source' | 'inboxPrefix' | 'instance' | 'logger' | 'hooks' | 'closing'>,
): Promise<Link> {
  const options = { timeout: 5_000, checkAPI: false };
  const listeners = new Set<(connected: boolean) => void>();
  let connected = true;
  const change = (now: boolean): void => {
    connected = now;
    identity.hooks.connection?.(now ? 'connected' : 'disconnected');
    for (const listener of listeners) listener(now);
  };
  void followStatus(connection, identity.logger, change);
  void noteClosing(connection, identity.logger, change);
  return {
    ...identity,
    connection,
    jetstream: jetstream(connection, options),
    manager: await jetstreamManager(connection, options),
    isConnected: () => connected && !connection.isClosed(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function noteClosing(
  connection: NatsConnection,
  logger: BusLogger,
  change: (connected: boolean) => void,
): Promise<void> {
  const error = await connection.closed();
  if (error) logger.error({ error: String(error) }, 'the connection to NATS closed for good');
  change(false);
}

async function followStatus(
  connection: NatsConnection,
  logger: BusLogger,
  change: (connected: boolean) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    switch (status.type) {
      case 'disconnect':
        logger.warn({ server: status.server }, 'disconnected from NATS');
        change(false);
        break;
      case 'reconnect':
        logger.info({ server: status.server }, 'reconnected to NATS');
        change(true);
        break;
      case 'error':
        logger.warn({ error: String(status.error) }, 'NATS reported an error');
        break;
      case 'slowConsumer':
        logger.warn({ pending: status.pending }, 'this process reads more slowly than NATS sends');
        break;
      default:
        logger.debug({ status: status.type }, 'NATS connection status');
    }
  }
}

/** Resolves once connected, after `ms`, or when one of the signals aborts. */
export function whenConnected(link: Link, ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  if (link.isConnected()) return Promise.resolve();
  return waitFor(ms, signals, (done) =>
    link.onChange((connected) => {
      if (connected) done();
    }),
  );
}
