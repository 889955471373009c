import { withConnection } from './connection.ts';
import type { PostgresSession, SessionLimits } from './connection.ts';
import type { PostgresAddress } from './postgres-address.ts';

/**
 * A connection with one read-only transaction. The server holds every statement to the timeout as well, should the
 * cancellation get lost.
 */
export function withReadOnlySession<Result>(
  address: PostgresAddress,
  limits: SessionLimits,
  work: (session: PostgresSession) => Promise<Result>,
): Promise<Result> {
  return withConnection(address, limits, async (session) => {
    await session.query('BEGIN TRANSACTION READ ONLY');
    await session.query(
      "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true)",
      [`${limits.timeoutMs}ms`],
    );
    const result = await work(session);
    await session.query('ROLLBACK');
    return result;
  });
}
