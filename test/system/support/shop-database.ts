import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestPostgres } from '@cortex/testing';
import { Client } from 'pg';

const run = promisify(execFile);

const tables = {
  users: 'CREATE TABLE users AS SELECT n AS id FROM generate_series(1, 50) AS n',
  orders: `CREATE TABLE orders AS
    SELECT n AS id, n AS user_id, n AS item_id, now() - interval '1 hour' AS created_at FROM generate_series(1, 50) AS n`,
  inventory: 'CREATE TABLE items AS SELECT n AS id FROM generate_series(1, 50) AS n',
};

/** Three services, each with a database of its own. */
export async function fillDatabases(server: TestPostgres): Promise<void> {
  for (const [service, statement] of Object.entries(tables)) {
    await execute(server, 'postgres', `CREATE DATABASE ${service}`);
    await execute(server, service, statement);
  }
}

export async function execute(server: TestPostgres, database: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An hour old, with its checksum beside it. Returns its path. */
export async function makeBackup(server: TestPostgres, folder: string): Promise<string> {
  const path = join(folder, 'orders.dump');
  await run('pg_dump', ['--format=custom', `--file=${path}`, `--dbname=${server.url('orders')}`]);
  const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
  writeFileSync(`${path}.sha256`, `${sum}  orders.dump\n`);
  makeOlder(path);
  return path;
}

/** One byte is another now. */
export function damage(path: string): void {
  const bytes = readFileSync(path);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
  makeOlder(path);
}

function makeOlder(path: string): void {
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(path, hourAgo, hourAgo);
}
