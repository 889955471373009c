import { escapeToken } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import { setMaxListeners } from 'node:events';
import { BusError } from './errors.ts';
import { JetStreamBus } from './jetstream-bus.ts';
import { makeNatsLink } from './nats/nats-link.ts';
import { openConnection } from './nats/open-connection.ts';
import type { ConnectOptions } from './nats/open-connection.ts';
import type { Bus } from './ports.ts';

/** Connects to NATS and reconnects whenever the connection is lost. */
export async function connectBus(options: ConnectOptions): Promise<Bus> {
  const app = options.source.split('/').filter(Boolean).at(-1);
  if (!app || !options.source.startsWith('/')) {
    throw new BusError('CORTEX_BUS_BAD_SOURCE', `"${options.source}" is no source; use /cortex/<app>`);
  }
  const inboxPrefix = `_INBOX_${escapeToken(app)}`;
  const connection = await openConnection(options, inboxPrefix);
  const closing = new AbortController();
  // Every request under way has a listener, and their number is not bounded.
  setMaxListeners(0, closing.signal);
  const link = await makeNatsLink(
    connection,
    {
      runtime: options.runtime ?? systemRuntime,
      source: options.source,
      instance: options.name,
      logger: options.logger,
      hooks: options.hooks ?? {},
      closing: closing.signal,
    },
    inboxPrefix,
  );
  options.hooks?.connection?.('connected');
  options.logger.info({ server: connection.getServer(), version: connection.info?.version }, 'connected to NATS');
  return new JetStreamBus(link, closing);
}
