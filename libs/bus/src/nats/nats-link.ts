import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { BusLogger } from '../hooks.ts';
import type { Link, LinkIdentity } from '../link.ts';
import { ServerClock } from '../server-clock.ts';
import { natsJetStream } from './nats-jetstream.ts';
import { startPull } from './pull.ts';

/** Builds the link of a fresh connection and tracks its state until the connection closes. */
export async function makeNatsLink(
  connection: NatsConnection,
  identity: LinkIdentity,
  inboxPrefix: string,
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
  const state: Pick<Link, 'isConnected' | 'onChange'> = {
    isConnected: () => connected && !connection.isClosed(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const machine = identity.runtime;
  const clock = new ServerClock(machine);
  const runtime = clock.runtime();
  return {
    ...identity,
    runtime,
    machine,
    clock,
    ...state,
    jetstream: natsJetStream(jetstream(connection, options), await jetstreamManager(connection, options), (pull) =>
      startPull({ connection, runtime, inboxPrefix, ...state }, pull),
    ),
    maxPayloadBytes: () => connection.info?.max_payload ?? Number.POSITIVE_INFINITY,
    isClosed: () => connection.isClosed() || connection.isDraining(),
    flush: () => connection.flush(),
    close: () => connection.close(),
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
