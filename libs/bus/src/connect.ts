import { escapeToken, leaseBucket } from '@cortex/contracts';
import type { BucketDefinition, CortexEvent, EventDraft, EventType, StreamName } from '@cortex/contracts';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection, TlsOptions } from '@nats-io/transport-node';
import { setMaxListeners } from 'node:events';
import type { z } from 'zod';
import { openAppendLog } from './append-log.ts';
import { openBucket } from './bucket.ts';
import { RunningConsumption } from './consume.ts';
import { BusError } from './errors.ts';
import type { BusHooks, BusLogger } from './hooks.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { openLeases } from './leases.ts';
import type { Link } from './link.ts';
import { makeLink } from './link.ts';
import type { Bucket, Bus, Cause, Consumption, LeaseBucket, Leases, Reading, Subscription, Timers } from './ports.ts';
import { publishDraft, publishDrafts } from './publish.ts';
import type { AppendLog, RawMessage, RawReading } from './raw-ports.ts';
import { startRawReading } from './raw-reader.ts';
import { startReading } from './read.ts';
import { deadLetterIfBad } from './screen.ts';
import { openTimers } from './timers.ts';
import { backOffMs, pause } from './wait.ts';

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
  readonly hooks?: BusHooks;
  /** Gives up the first connection after this long; without it, waits for ever. */
  readonly firstConnectTimeoutMs?: number;
}

/** Connects to NATS and stays connected, whatever restarts. */
export async function connectBus(options: ConnectOptions): Promise<Bus> {
  const app = options.source.split('/').filter(Boolean).at(-1);
  if (!app || !options.source.startsWith('/')) {
    throw new BusError('CORTEX_BUS_BAD_SOURCE', `"${options.source}" is no source; use /cortex/<app>`);
  }
  const inboxPrefix = `_INBOX_${escapeToken(app)}`;
  const connection = await openConnection(options, inboxPrefix);
  const closing = new AbortController();
  // Every request under way listens, however many there are.
  setMaxListeners(0, closing.signal);
  const link = await makeLink(connection, {
    source: options.source,
    inboxPrefix,
    instance: options.name,
    logger: options.logger,
    hooks: options.hooks ?? {},
    closing: closing.signal,
  });
  options.hooks?.connection?.('connected');
  options.logger.info({ server: connection.getServer(), version: connection.info?.version }, 'connected to NATS');
  return new NatsBus(link, closing);
}

/** Opens a connection that reconnects for ever. Credentials in the address are used and kept out of messages. */
export async function openConnection(
  options: ServerAddress & Pick<ConnectOptions, 'name' | 'logger' | 'firstConnectTimeoutMs'>,
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
  const startedMs = performance.now();
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
      if (performance.now() - startedMs >= limitMs) {
        throw new BusError(
          'CORTEX_BUS_UNREACHABLE',
          `no NATS server answers at ${servers.join(', ')}. Start one ("cortex up") or correct the address.`,
          { cause: error },
        );
      }
      if (attempt % 10 === 1) options.logger.warn({ servers, error: String(error) }, 'NATS is not reachable; waiting');
    }
    await pause(backOffMs(attempt, 100, 2_000));
  }
}

function credentialsOf(url: URL): { user?: string; pass?: string; token?: string } {
  const user = decodeURIComponent(url.username);
  const pass = decodeURIComponent(url.password);
  if (user === '') return {};
  return pass === '' ? { token: user } : { user, pass };
}

class NatsBus implements Bus {
  readonly #link: Link;
  readonly #closing: AbortController;
  readonly #queue = new KeyedQueue();
  readonly #consumptions = new Set<RunningConsumption<EventType>>();
  readonly #running = new Set<Consumption | Timers>();
  readonly #leases = new Map<string, Promise<Leases>>();
  #drained: Promise<void> | undefined;

  constructor(link: Link, closing: AbortController) {
    this.#link = link;
    this.#closing = closing;
  }

  publish(draft: EventDraft, cause?: Cause, id?: string): Promise<CortexEvent> {
    return publishDraft(this.#link, draft, cause, id);
  }

  publishAll(drafts: readonly EventDraft[], cause?: Cause): Promise<readonly CortexEvent[]> {
    return publishDrafts(this.#link, drafts, cause);
  }

  async consume<Type extends EventType>(subscription: Subscription<Type>): Promise<Consumption> {
    const started = await RunningConsumption.start(this.#link, subscription, this.#queue);
    const running = started as unknown as RunningConsumption<EventType>;
    this.#consumptions.add(running);
    return {
      stop: async () => {
        await running.stop();
        this.#consumptions.delete(running);
      },
    };
  }

  async read<Type extends EventType>(reading: Reading<Type>): Promise<Consumption> {
    return this.#keep(await startReading(this.#link, reading));
  }

  async readRaw(reading: RawReading): Promise<Consumption> {
    return this.#keep(await startRawReading(this.#link, reading));
  }

  deadLetterIfBad(message: RawMessage, consumer: string): Promise<boolean> {
    return deadLetterIfBad(this.#link, message, consumer);
  }

  appendLog(stream: StreamName, subject: string): AppendLog {
    return openAppendLog(this.#link, stream, subject);
  }

  bucket<Value extends z.ZodType>(definition: BucketDefinition<Value>): Promise<Bucket<z.output<Value>>> {
    return openBucket(this.#link, definition, { onWatch: (watch) => this.#keep(watch) });
  }

  leases(bucket: LeaseBucket = leaseBucket): Promise<Leases> {
    const leases = this.#leases.get(bucket.name) ?? openLeases(this.#link, bucket);
    this.#leases.set(bucket.name, leases);
    return leases;
  }

  async timers(owner: string): Promise<Timers> {
    return this.#keep(await openTimers(this.#link, owner));
  }

  isConnected(): boolean {
    return this.#link.isConnected();
  }

  drain(timeoutMs = 10_000): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<void> {
    const stopped = Promise.allSettled([...this.#consumptions, ...this.#running].map((part) => part.stop()));
    await Promise.race([stopped, pause(timeoutMs)]);
    for (const consumption of this.#consumptions) consumption.abandon();
    if (this.#link.isConnected()) {
      await Promise.race([this.#link.connection.flush().catch(() => {}), pause(1_000)]);
    }
    this.#closing.abort();
    await this.#link.connection.close();
  }

  #keep<Part extends Consumption | Timers>(part: Part): Part {
    this.#running.add(part);
    const stop = part.stop.bind(part);
    part.stop = async () => {
      this.#running.delete(part);
      await stop();
    };
    return part;
  }
}
