import { readFile } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';
import { OutboundRefusedError } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';
import { resolveSecret } from '@cortex/secrets';
import type { Redactor } from '@cortex/secrets';
import { Redis } from 'ioredis';
import { causeOf } from '../../cause-of.ts';
import { CacheError } from './cache-client.ts';
import type { CacheClient, CacheState } from './cache-client.ts';
import { connectorTo } from './redis-connector.ts';

export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  /** `redis://user:password@host:port/database` or `rediss://…`, by reference; in place of host and port. */
  readonly connection?: string | undefined;
  readonly caFile?: string | undefined;
  readonly outbound: OutboundPolicy;
  readonly redactor: Redactor;
}

/** One connection, tried once: nothing is queued, sent again or reconnected. */
export async function connectRedis(place: RedisPlace, signal: AbortSignal): Promise<CacheClient> {
  const server =
    place.connection === undefined
      ? { ...place, options: {}, secrets: [] }
      : await addressBehind(place.connection, place.caFile);
  for (const secret of server.secrets) place.redactor.hide(secret);
  const client = new Redis({
    ...server.options,
    Connector: connectorTo({ ...server, outbound: place.outbound }),
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 0,
    retryStrategy: () => null,
  });
  let broken: unknown;
  client.on('error', (error) => (broken = error));
  const close = (): void => client.disconnect();
  signal.addEventListener('abort', close, { once: true });
  const ask = async <Reply>(work: () => Promise<Reply>): Promise<Reply> => {
    try {
      return await work();
    } catch (error) {
      // No cause: it carries command and credentials.
      const said =
        error instanceof Error && error.message.startsWith('Connection is closed') ? (broken ?? error) : error;
      throw said instanceof OutboundRefusedError ? said : new CacheError(causeOf(said));
    }
  };
  const closeFully = (): void => {
    signal.removeEventListener('abort', close);
    close();
  };
  try {
    await ask(() => client.connect());
  } catch (error) {
    closeFully();
    throw error;
  }
  return {
    ping: () => ask(async () => void (await client.ping())),
    set: (key, value, ttlSeconds) => ask(async () => void (await client.set(key, value, 'EX', ttlSeconds, 'NX'))),
    get: (key) => ask(async () => (await client.get(key)) ?? undefined),
    delete: (key) => ask(async () => (await client.del(key)) === 1),
    state: () => ask(async () => stateOf(await client.info())),
    close: closeFully,
  };
}

async function addressBehind(reference: string, caFile: string | undefined) {
  const secret = await resolveSecret(reference);
  const wrong = new CortexError(
    'CORTEX_CHECK_NOT_MADE',
    `the connection behind ${reference} is not of the form redis://user:password@host:port/0`,
  );
  if (!URL.canParse(secret) || !/^rediss?:\/\//.test(secret)) throw wrong;
  const { protocol, hostname, port, username, password, pathname } = new URL(secret);
  if (!/^\/?\d{0,4}$/.test(pathname)) throw wrong;
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong;
    }
  };
  const options = {
    ...(username === '' ? {} : { username: decode(username) }),
    ...(password === '' ? {} : { password: decode(password) }),
    db: Number(pathname.slice(1)),
  };
  const secrets = [secret, decode(password), password].filter((text) => text !== '');
  if (caFile !== undefined && protocol !== 'rediss:') {
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      `the connection behind ${reference} has no TLS, so ca_file would not be used: write rediss://`,
    );
  }
  const ca = caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') };
  const tls = protocol === 'rediss:' ? ca : undefined;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    tls,
    options: { ...options, ...(tls === undefined ? {} : { tls }) },
    secrets,
  };
}

function stateOf(info: string): CacheState {
  const fields = new Map(
    info.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : [];
    }),
  );
  const number = (name: string): number => Number(fields.get(name) ?? Number.NaN);
  return {
    role: fields.get('role') === 'master' ? 'primary' : 'replica',
    isLinked: fields.get('master_link_status') !== 'down',
    usedBytes: number('used_memory'),
    limitBytes: number('maxmemory') || number('total_system_memory'),
    evictions: number('evicted_keys'),
  };
}
