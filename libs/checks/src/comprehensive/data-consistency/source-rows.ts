import type { PostgresSession } from '../../postgres/connection.ts';
import type { Source } from './params.ts';

/** From here on a table is too large to sort at random: blocks of it are picked first. */
const largeTable = 100_000;
/** The most rows of a statement before the sample is drawn. */
const maxStatementRows = 100_000;

export interface SampleOrder {
  readonly column: string;
  readonly size: number;
  readonly inFlightMs: number;
}

/** Values of the column, as text, of rows picked at random. Rows without a value refer to nothing. */
export async function sampleKeys(
  session: PostgresSession,
  source: Source,
  order: SampleOrder,
): Promise<readonly string[]> {
  const column = quoted(order.column);
  const isOld =
    source.written_at === undefined ? 'true' : `${quoted(source.written_at)} < now() - $2::float8 * interval '1 ms'`;
  const rows = await session.query(
    `SELECT key FROM (SELECT ${column}::text AS key FROM ${await sampledFrom(session, source, order.size)}
      WHERE ${column} IS NOT NULL AND ${isOld} ${source.query === undefined ? '' : `LIMIT ${maxStatementRows}`}) AS candidates
    ORDER BY random() LIMIT $1`,
    source.written_at === undefined ? [order.size] : [order.size, order.inFlightMs],
  );
  return rows.flatMap(({ key }) => key ?? []);
}

/** Those of the keys that the column holds. The database reads them as the column's own type, so its index serves. */
export async function existingKeys(
  session: PostgresSession,
  source: Source,
  column: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const name = quoted(column);
  const rows = await session.query(
    `SELECT DISTINCT ${name}::text AS key FROM ${rowsOf(source)} WHERE ${name} = ANY($1)`,
    [keys],
  );
  return new Set(rows.flatMap(({ key }) => key ?? []));
}

async function sampledFrom(session: PostgresSession, source: Source, size: number): Promise<string> {
  if (source.table === undefined) return rowsOf(source);
  const [row] = await session.query(
    `SELECT reltuples FROM pg_class WHERE oid = to_regclass($1) AND relkind IN ('r', 'm')`,
    [rowsOf(source)],
  );
  const estimate = Number(row?.['reltuples'] ?? 0);
  if (!(estimate > largeTable)) return rowsOf(source);
  const percent = (100 * Math.max(largeTable / 10, size * 50)) / estimate;
  return `${rowsOf(source)} TABLESAMPLE SYSTEM (${Math.min(100, percent).toFixed(6)})`;
}

function rowsOf({ table, query }: Source): string {
  if (table !== undefined) return table.split('.').map(quoted).join('.');
  return `(${query ?? ''}\n) AS source`;
}

/** Names come from a pattern without quotes. */
function quoted(name: string): string {
  return `"${name}"`;
}
