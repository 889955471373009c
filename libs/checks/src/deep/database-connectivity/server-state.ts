import { PostgresError } from '../../postgres/connection.ts';
import type { PostgresSession } from '../../postgres/connection.ts';

export interface ReplicaLag {
  readonly name: string;
  /** True when the server that was asked is this replica. */
  readonly isOwn: boolean;
  /** `undefined`: it receives nothing, so its lag is unknown and growing. */
  readonly lagMs: number | undefined;
}

/** A primary that is read-only by configuration takes no writes either: it counts as a replica. */
export async function serverRole(session: PostgresSession): Promise<'primary' | 'replica'> {
  const [row] = await session.query(
    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS is_replica",
  );
  return row?.['is_replica'] === 't' ? 'replica' : 'primary';
}

/** Counted by pg_stat_database, which every user may read whole. */
export async function connectionUse(
  session: PostgresSession,
): Promise<{ readonly used: number; readonly granted: number }> {
  const [row] = await session.query(`
    SELECT (SELECT sum(numbackends) FROM pg_stat_database) AS used,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS granted`);
  return { used: Number(row?.['used']), granted: Math.max(1, Number(row?.['granted'])) };
}

/**
 * How far replicas are behind: of this replica, or of all that stream from this primary. One that has replayed everything
 * lags 0 however long nothing was written.
 */
export async function replicationLag(session: PostgresSession): Promise<readonly ReplicaLag[]> {
  const [state] = await session.query('SELECT pg_is_in_recovery() AS is_replica');
  return state?.['is_replica'] === 't' ? ownLag(session) : lagOfReplicas(session);
}

async function ownLag(session: PostgresSession): Promise<readonly ReplicaLag[]> {
  // Without a receiver "everything received is replayed" says nothing.
  const [row] = await session.query(`
    SELECT CASE
      WHEN NOT EXISTS (SELECT FROM pg_stat_wal_receiver) THEN NULL
      WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
      ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000
    END AS lag_ms`);
  return [{ name: 'this replica', isOwn: true, lagMs: milliseconds(row?.['lag_ms']) }];
}

async function lagOfReplicas(session: PostgresSession): Promise<readonly ReplicaLag[]> {
  // replay_lag does not change for a frozen replica: while it is behind, the age of its last message counts too.
  const rows = await session.query(`
    SELECT host(client_addr) AS address, application_name, state IS NULL AS is_hidden, CASE
      WHEN replay_lsn >= pg_current_wal_lsn() THEN 0
      ELSE extract(epoch FROM greatest(replay_lag, clock_timestamp() - reply_time)) * 1000
    END AS lag_ms
    FROM pg_stat_replication ORDER BY application_name LIMIT 1000`);
  if (rows.some((row) => row['is_hidden'] === 't')) {
    throw new PostgresError('the user may not see replicas: GRANT pg_monitor to it, or ask the replica', '42501');
  }
  return rows.map((row) => ({
    name: `${row['application_name']} at ${row['address'] ?? 'this machine'}`,
    isOwn: false,
    lagMs: milliseconds(row['lag_ms']),
  }));
}

function milliseconds(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Math.max(0, Math.round(Number(text)));
}
