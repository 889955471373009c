import { CortexError } from '@cortex/errors';
import { guardedStream, OutboundRefusedError } from '@cortex/outbound';
import { Client } from 'pg';
import type { CustomTypesConfig, QueryConfig } from 'pg';
import { causeOf } from '../cause-of.ts';
import { cancelBackend } from './cancel-backend.ts';
import type { BackendKey } from './cancel-backend.ts';
import type { PostgresAddress } from './postgres-address.ts';

/** An error of the server or the connection. `sqlState` is present when it was the server's. */
export class PostgresError extends CortexError {
  readonly sqlState: string | undefined;

  constructor(message: string, sqlState?: string) {
    super('CORTEX_CHECK_POSTGRES', message);
    this.sqlState = sqlState;
  }
}

/** A wrong statement, or one that this user may not run: it says nothing about the database. */
export function isOurMistake({ sqlState }: PostgresError): boolean {
  return sqlState === '42601' || sqlState === '42501';
}

/** Values are text as Postgres writes it. */
export type PostgresRow = Readonly<Record<string, string | null>>;

export interface PostgresSession {
  /** Runs one statement; the protocol refuses a second one in the same text. */
  query(statement: string, values?: readonly (string | number | readonly string[])[]): Promise<readonly PostgresRow[]>;
}

export interface SessionLimits {
  readonly signal: AbortSignal;
  /** The server's timeout of every statement as well. */
  readonly timeoutMs: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/** Of all answers of a session together. */
const maxAnswerBytes = 4 * 1_048_576;
const types = { getTypeParser: () => (text: string) => text } as CustomTypesConfig;

/**
 * One connection, which is gone afterwards, whatever happens: when the signal aborts, the statement is cancelled and the
 * socket destroyed. Throws {@link PostgresError}.
 */
export async function withConnection<Result>(
  address: PostgresAddress,
  limits: SessionLimits,
  work: (session: PostgresSession) => Promise<Result>,
): Promise<Result> {
  limits.signal.throwIfAborted();
  const client = createClient(address, limits.applicationName);
  let backend: BackendKey | undefined;
  let isTooLarge = false;
  client.connection.once('backendKeyData', (key: BackendKey) => (backend = key));
  // The stream changes when TLS begins.
  const destroy = (): void => void client.connection.stream.destroy();
  limits.signal.addEventListener('abort', destroy, { once: true });
  const query: PostgresSession['query'] = async (text, values = []) => {
    const config: QueryConfig & { queryMode: 'extended' } = { text, values: [...values], queryMode: 'extended', types };
    const { rows } = await client.query<Record<string, string | null>>(config);
    return rows;
  };
  try {
    await client.connect();
    let received = 0;
    client.connection.stream.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= maxAnswerBytes) return;
      isTooLarge = true;
      destroy();
    });
    const result = await work({ query });
    await client.end();
    return result;
  } catch (error) {
    if (isTooLarge) throw new PostgresError(`the answer is larger than ${maxAnswerBytes} bytes`);
    throw cleanError(error);
  } finally {
    limits.signal.removeEventListener('abort', destroy);
    destroy();
    if ((limits.signal.aborted || isTooLarge) && backend !== undefined) await cancelBackend(address, backend);
  }
}

function createClient({ host, port, user, password, database, tls, outbound }: PostgresAddress, name: string): Client {
  const client = new Client({
    host,
    port,
    user,
    database,
    ssl: tls === false ? false : { rejectUnauthorized: tls.rejectUnauthorized, ca: tls.ca },
    application_name: name,
    stream: () => guardedStream(outbound),
    // As a function, so that neither PGPASSWORD nor ~/.pgpass replace an empty one.
    password: () => password,
  });
  client.on('error', () => undefined);
  return client;
}

function cleanError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof PostgresError || error instanceof OutboundRefusedError) {
    return error;
  }
  const sqlState = 'code' in error && 'severity' in error && typeof error.code === 'string' ? error.code : undefined;
  const said = error.message.startsWith('Connection terminated') ? 'the connection broke' : causeOf(error);
  // No cause: it carries statement, values and connection.
  return new PostgresError(said, sqlState);
}
