import { randomBytes } from 'node:crypto';
import { CortexError } from '@cortex/errors';
import { withConnection } from '../../postgres/connection.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import type { PostgresAddress } from '../../postgres/postgres-address.ts';

const applicationName = 'cortex/backup_integrity';
const namePattern = /^cortex_scratch_(\d{10})_[0-9a-f]{8}$/;
/** No check runs that long: older databases were left behind by a dead process. */
const abandonedAfterSeconds = 3_600;
const cleanUpMs = 10_000;

/**
 * Makes a database for the work alone and drops it afterwards, also when the signal aborts. Databases that crashes left
 * behind are recognised by their name, which carries their age, and dropped first.
 */
export async function withScratchDatabase<Result>(
  address: PostgresAddress,
  limits: { readonly signal: AbortSignal; readonly timeoutMs: number },
  work: (scratch: PostgresAddress) => Promise<Result>,
): Promise<Result> {
  const name = await withConnection(address, { ...limits, applicationName }, async (session) => {
    await session.query("SELECT set_config('statement_timeout', $1, false)", [`${limits.timeoutMs}ms`]);
    return await begin(session);
  });
  try {
    return await work({ ...address, database: name });
  } finally {
    await dropLater(address, name);
  }
}

async function begin(session: PostgresSession): Promise<string> {
  const [clock] = await session.query('SELECT extract(epoch FROM now())::bigint AS now');
  const now = Number(clock?.['now']);
  // Databases of other users cannot be dropped, and are theirs to drop.
  const own = await session.query(
    "SELECT datname FROM pg_database WHERE datname LIKE 'cortex\\_scratch\\_%' AND pg_has_role(datdba, 'USAGE') LIMIT 100",
  );
  for (const { datname } of own) {
    const madeAt = namePattern.exec(datname ?? '')?.[1];
    if (madeAt !== undefined && now - Number(madeAt) > abandonedAfterSeconds) await drop(session, datname ?? '');
  }
  const name = `cortex_scratch_${now}_${randomBytes(4).toString('hex')}`;
  await session.query(`CREATE DATABASE "${name}" TEMPLATE template0`);
  return name;
}

/** Has a timeout of its own: the check's may be over. */
async function dropLater(address: PostgresAddress, name: string): Promise<void> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), cleanUpMs);
  try {
    const limits = { signal: deadline.signal, timeoutMs: cleanUpMs, applicationName };
    await withConnection(address, limits, (session) => drop(session, name));
  } catch {
    // The server is gone or hangs: a later run finds the database by its name.
  } finally {
    clearTimeout(timer);
  }
}

async function drop(session: PostgresSession, name: string): Promise<void> {
  if (!namePattern.test(name)) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'only scratch databases are dropped');
  await session.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
}
