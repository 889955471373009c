import { connect } from '@nats-io/transport-node';
import type { NatsConnection, TlsOptions } from '@nats-io/transport-node';
import { backOffMs, pause, systemRuntime } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { BusError } from '../errors.ts';
import type { BusHooks, BusLogger } from '../hooks.ts';

export interface ServerAddress {
  /** `nats://host:4222`, also `nats://user:password@host:4222` or `tls://…`; several for a cluster. */
  readonly servers: string | readonly string[];
  readonly tls?: TlsOptions;
}

export interface ConnectOptions extends ServerAddress {
  /** `/cortex/<app>`: the source of every event published here. */
  readonly source: string;
  /** Unique per process: `decision-host-4711`. */
  readonly name: string;
  readonly logger: BusLogger;
  /** Time and randomness. Default: those of this machine. */
  readonly runtime?: Runtime;
  readonly hooks?: BusHooks;
  /** Gives up the first connection after this long; without it, waits forever. */
  readonly firstConnectTimeoutMs?: number;
}

/** Opens a connection that reconnects forever. Credentials in the address are used and kept out of messages. */
export async function openConnection(
  options: ServerAddress & Pick<ConnectOptions, 'name' | 'logger' | 'runtime' | 'firstConnectTimeoutMs'>,
  inboxPrefix: string,
): Promise<NatsConnection> {
  const addresses = (typeof options.servers === 'string' ? options.servers.split(',') : options.servers)
    .map((address) => address.trim())
    .filter((address) => address !== '')
    .map((address) => new URL(address.includes('://') ? address : `nats://${address}`));
  const [first] = addresses;
  if (!first) throw new BusError('CORTEX_BUS_BAD_ADDRESS', 'no NATS server is named; use nats://host:4222');
  const servers = addresses.map((url) => `${url.protocol}//${url.host}`);
  const secure = options.tls ?? (first.protocol === 'tls:' ? {} : undefined);
  const runtime = options.runtime ?? systemRuntime;
  const startedMs = runtime.monotonicMs();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connect({
        servers,
        name: options.name,
        inboxPrefix,
        ...credentialsOf(first),
        ...(secure ? { tls: secure } : {}),
        timeout: 5_000,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
        reconnectJitter: 300,
        reconnectJitterTLS: 500,
        ignoreAuthErrorAbort: true,
        pingInterval: 10_000,
        maxPingOut: 2,
        noAsyncTraces: true,
      });
    } catch (error) {
      const limitMs = options.firstConnectTimeoutMs ?? Number.POSITIVE_INFINITY;
      if (runtime.monotonicMs() - startedMs >= limitMs) {
        throw new BusError(
          'CORTEX_BUS_UNREACHABLE',
          `no NATS server answers at ${servers.join(', ')}. Start one ("cortex up") or correct the address.`,
          { cause: error },
        );
      }
      if (attempt % 10 === 1) options.logger.warn({ servers, error: String(error) }, 'NATS is not reachable; waiting');
    }
    await pause(runtime, backOffMs(runtime, attempt, 100, 2_000));
  }
}

function credentialsOf(url: URL): { user?: string; pass?: string; token?: string } {
  const user = decodeURIComponent(url.username);
  const pass = decodeURIComponent(url.password);
  if (user === '') return {};
  return pass === '' ? { token: user } : { user, pass };
}
