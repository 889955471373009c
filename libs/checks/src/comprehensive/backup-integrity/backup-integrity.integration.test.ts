import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { eventually, startPostgres, temporaryFolder } from '@cortex/testing';
import type { TemporaryFolder, TestPostgres } from '@cortex/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { ask, openFiles } from '../../test/ask.ts';

const run = promisify(execFile);
let server: TestPostgres;
let admin: Client;
let folder: TemporaryFolder;
let custom: Buffer;
let plain: Buffer;

beforeAll(async () => {
  server = await startPostgres();
  process.env['CORTEX_TEST_SCRATCH'] = server.url();
  folder = temporaryFolder();
  admin = await connect();
  await admin.query('CREATE DATABASE shop');
  const shop = await connect('shop');
  await shop.query(`
    CREATE TABLE users AS SELECT n AS id, 'user\\\\' || n AS name FROM generate_series(1, 500) AS n;
    ALTER TABLE users ADD PRIMARY KEY (id);
    CREATE TABLE "Order lines" AS SELECT n AS id, n AS user_id FROM generate_series(1, 500) AS n;
    ALTER TABLE "Order lines" ADD FOREIGN KEY (user_id) REFERENCES users (id)`);
  await shop.end();
  [custom, plain] = await Promise.all([dump('--format=custom'), dump('--format=plain')]);
}, 120_000);

afterAll(async () => {
  await admin?.end();
  await server?.stop();
  folder?.remove();
});

beforeEach(() => {
  for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name));
});

async function connect(database?: string): Promise<Client> {
  const client = new Client({ connectionString: server.url(database) });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function dump(format: string): Promise<Buffer> {
  const path = join(folder.path, format);
  await run('pg_dump', [format, `--file=${path}`, '--dbname=shop'], {
    env: {
      ...process.env,
      PGHOST: '127.0.0.1',
      PGPORT: String(server.port),
      PGUSER: 'postgres',
      PGPASSWORD: server.password,
    },
  });
  return readFileSync(path);
}

function keep(name: string, content: Buffer | string, hoursAgo = 1): void {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  const at = new Date(Date.now() - hoursAgo * 3_600_000);
  utimesSync(path, at, at);
}

function keepSum(name: string, of: Buffer | string): void {
  keep(`${name}.sha256`, `${createHash('sha256').update(of).digest('hex')}  ${name}\n`);
}

function check(params: JsonRecord = {}, timeoutMs = 30_000): Promise<CheckOutcome> {
  return ask('backup_integrity', { path: folder.path, ...params }, timeoutMs);
}

async function scratchDatabases(): Promise<readonly string[]> {
  const { rows } = await admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'cortex%'");
  return (rows as { datname: string }[]).map(({ datname }) => datname);
}

const restoring = { test_restore: 'sample_data', restore_into: 'env:CORTEX_TEST_SCRATCH' };
const counting = { sanity_query: 'SELECT id FROM users', expected_rows: '=500' };

describe('backup_integrity', () => {
  it('passes as the specification writes it', async () => {
    keep('shop-1.dump', custom, 25);
    keep('shop-2.dump', custom);
    keepSum('shop-2.dump', custom);
    const spec = { verify_latest_backup: true, test_restore: 'sample_data', validate_checksum: true };
    const outcome = await check({ ...spec, restore_into: 'env:CORTEX_TEST_SCRATCH' });
    expect(outcome).toMatchObject({ result: 'pass', tier: 'comprehensive', evidence: { backup: 'shop-2.dump' } });
    expect(await scratchDatabases()).toEqual([]);
  });

  it.each<[string, JsonRecord, string]>([
    ['nothing', {}, 'no finished backup *'],
    ['old', {}, 'is 1d6h old, expected <26h'],
    ['shrunken', {}, 'is 90.0% smaller than a, expected <50%'],
    ['small', { min_size: '>1MB' }, 'has 100 bytes, expected >1MB'],
    ['empty', {}, 'b is empty'],
    ['no sum', { validate_checksum: true }, 'there is no checksum of b'],
    ['wrong sum', { validate_checksum: true }, 'the checksum of b is'],
  ])('fails when the backup is: %s', async (what, params, why) => {
    if (what === 'shrunken') keep('a', 'x'.repeat(1_000), 20);
    if (what !== 'nothing') keep('b', 'x'.repeat(what === 'empty' ? 0 : 100), what === 'old' ? 30 : 1);
    if (what === 'wrong sum') keepSum('b', 'something else');
    const outcome = await check(params);
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(why);
  });

  it('judges the newest finished backup of those that the pattern names', async () => {
    keep('shop.dump', 'x'.repeat(100), 2);
    keep('other.dump', 'x'.repeat(100), 1);
    keep('shop.dump.partial', 'x', 0);
    keep('shop-now.dump', 'x', 0);
    symlinkSync('shop.dump', join(folder.path, 'shop-latest.dump'));
    keep('SHA256SUMS', `${createHash('sha256').update('x'.repeat(100)).digest('hex')} *./shop.dump\n`);
    const outcome = await check({ pattern: 'shop*.dump', validate_checksum: true });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { backup: 'shop.dump' } });
    expect((await check({ path: join(folder.path, 'none') })).result).toBe('fail');
  });

  it('restores a sample of a custom dump, only the tables that it is told', async () => {
    keep('shop.dump', custom);
    expect(await check({ ...restoring, ...counting })).toMatchObject({ result: 'pass' });
    const lines = { ...counting, sample_tables: ['Order lines'] };
    expect((await check({ ...restoring, ...lines })).detail).toContain('gave 0 rows, expected =500');
    const schema = { ...restoring, ...counting, test_restore: 'schema', expected_rows: '=0' };
    expect(await check(schema)).toMatchObject({ result: 'pass' });
    expect((await check({ ...restoring, sample_tables: ['none'] })).detail).toContain('no rows of a table "none"');
    expect(await scratchDatabases()).toEqual([]);
  });

  it('restores plain dumps, compressed or not', async () => {
    keep('shop.sql', plain);
    expect(await check({ ...restoring, ...counting })).toMatchObject({ result: 'pass' });
    keep('shop.sql.gz', gzipSync(plain), 0.5);
    const outcome = await check({ ...restoring, ...counting, max_shrink: '<100%' });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { backup: 'shop.sql.gz' } });
  });

  it.each([
    ['a cut custom dump', () => custom.subarray(0, custom.length - 2_000)],
    ['a cut compressed dump', () => gzipSync(plain).subarray(0, 500)],
    ['a dump that is none', () => Buffer.from('PGDMP and nothing more')],
    ['wrong statements', () => Buffer.from('CREATE TABLE users (id nonsense);\n')],
  ])('fails on %s, and drops what it made', async (_what, content) => {
    keep('shop.dump', content());
    const outcome = await check(restoring);
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('shop.dump cannot be restored');
    expect(await scratchDatabases()).toEqual([]);
  });

  it('runs no program that a dump names', async () => {
    const trap = join(folder.path, 'trap');
    for (const line of [
      `\\! touch ${trap}`,
      `SELECT 1 \\! touch ${trap}`,
      `\\unrestrict x\n\\! touch ${trap}`,
      `\\connect postgres`,
    ]) {
      keep('shop.sql', `CREATE TABLE users (id int);\n${line}\n`);
      expect((await check(restoring)).detail).toContain('cannot be restored');
      expect(existsSync(trap)).toBe(false);
    }
  });

  it('drops its database after a timeout, and what crashes left behind', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const [old, young] = [`cortex_scratch_${now - 7_200}_deadbeef`, `cortex_scratch_${now - 60}_deadbeef`];
    for (const name of [old, young, 'cortex_scratch_of_mine']) await admin.query(`CREATE DATABASE "${name}"`);
    keep('shop.sql', 'CREATE TABLE users (id int);\nSELECT pg_sleep(60);\n');
    expect(await check(restoring, 2_000)).toMatchObject({ result: 'timeout' });
    await eventually(async () => {
      expect((await scratchDatabases()).toSorted()).toEqual([young, 'cortex_scratch_of_mine'].toSorted());
    });
    await eventually(async () => {
      const { rows } = await admin.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'cortex/%'");
      expect(rows).toEqual([]);
    });
    for (const name of [young, 'cortex_scratch_of_mine']) await admin.query(`DROP DATABASE "${name}"`);
  });

  it.each([
    { test_restore: 'sample_data' },
    { path: 'backups' },
    { pattern: '../*' },
    { ...restoring, sample_tables: ['--help'] },
    { ...restoring, sanity_query: 'DROP TABLE users' },
  ])('learns nothing from the wrong configuration %j', async (params) => {
    expect(await check(params)).toMatchObject({ result: 'error' });
  });

  it('shows no credentials, leaks nothing, and survives the end of its server', async () => {
    keep('shop.dump', custom);
    await check(restoring);
    const before = openFiles();
    for (let index = 0; index < 10; index += 1) expect(await check(restoring)).toMatchObject({ result: 'pass' });
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before + 1));
    keep('shop.sql', `CREATE TABLE "${server.password}" (id nonsense);\n`, 0.5);
    const echoed = await check({ ...restoring, max_shrink: '<100%' });
    expect(echoed.detail).toContain('cannot be restored');
    rmSync(join(folder.path, 'shop.sql'));

    server.freeze();
    expect(await check(restoring, 500)).toMatchObject({ result: 'timeout' });
    server.thaw();
    await server.kill();
    const refused = await check(restoring);
    expect(refused.detail).toContain('scratch database at env:CORTEX_TEST_SCRATCH: connection refused');
    for (const outcome of [echoed, refused]) expect(JSON.stringify(outcome)).not.toContain(server.password);
    await eventually(() => server.restart().then(() => true));
    expect(await check(restoring)).toMatchObject({ result: 'pass' });
    admin = await connect();
  });
});
