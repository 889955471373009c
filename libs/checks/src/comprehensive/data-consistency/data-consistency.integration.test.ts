import { eventually, startPostgres } from '@cortex/testing';
import type { TestPostgres } from '@cortex/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { ask, openFiles } from '../../test/ask.ts';

let shop: TestPostgres;
let users: TestPostgres;
let shopAdmin: Client;
let usersAdmin: Client;

beforeAll(async () => {
  [shop, users] = await Promise.all([startPostgres(), startPostgres()]);
  process.env['CORTEX_TEST_SHOP'] = shop.url();
  process.env['CORTEX_TEST_USERS'] = users.url();
  [shopAdmin, usersAdmin] = [await connect(shop), await connect(users)];
}, 120_000);

afterAll(async () => {
  await Promise.all([shopAdmin?.end(), usersAdmin?.end()]);
  await Promise.all([shop?.stop(), users?.stop()]);
});

beforeEach(async () => {
  await usersAdmin.query(
    'DROP TABLE IF EXISTS users; CREATE TABLE users AS SELECT generate_series(1, 1000)::bigint AS id',
  );
  await shopAdmin.query(`
    DROP TABLE IF EXISTS orders, inventory;
    CREATE TABLE inventory AS SELECT 'item-' || generate_series(1, 50) AS sku;
    CREATE TABLE orders AS SELECT n::int AS id, n AS user_id, 'item-' || (n % 50 + 1) AS sku, now() - interval '1 day' AS written_at
      FROM generate_series(1, 1000) AS n`);
});

async function connect(server: TestPostgres): Promise<Client> {
  const client = new Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const sources = {
  users: { connection: 'env:CORTEX_TEST_USERS', table: 'users' },
  orders: { connection: 'env:CORTEX_TEST_SHOP', table: 'public.orders', written_at: 'written_at' },
  inventory: { connection: 'env:CORTEX_TEST_SHOP', query: 'SELECT sku FROM inventory -- all' },
};
const references = [
  { from: 'orders.user_id', to: 'users.id' },
  { from: 'orders.sku', to: 'inventory.sku' },
];

function check(params: JsonRecord = {}, timeoutMs?: number): Promise<CheckOutcome> {
  return ask('data_consistency', { sources, references, ...params }, timeoutMs);
}

describe('data_consistency', () => {
  it('passes as the specification writes it when nothing is missing', async () => {
    const outcome = await check({
      check_type: 'cross_service_validation',
      services: ['users', 'orders', 'inventory'],
      validation: 'referential_integrity',
      sample_size: 100,
    });
    expect(outcome).toMatchObject({ tier: 'comprehensive', result: 'pass' });
    expect(outcome.detail).toContain('all 100 sampled orders.user_id exist as users.id');
  });

  it('names up to ten orphans and their share', async () => {
    await usersAdmin.query('DELETE FROM users WHERE id % 5 = 0');
    await shopAdmin.query("DELETE FROM inventory WHERE sku = 'item-7'");
    const outcome = await check({ sample_size: 1_000 });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(
      '200 of 1000 sampled orders.user_id (20.0%) do not exist as users.id, expected none',
    );
    expect(outcome.detail).toContain(
      '20 of 1000 sampled orders.sku (2.0%) do not exist as inventory.sku, expected none: item-7',
    );
    const [byUser] = outcome.evidence['references'] as { examples: string[] }[];
    expect(byUser?.examples).toHaveLength(10);
    expect(byUser?.examples.every((key) => Number(key) % 5 === 0)).toBe(true);
    expect(await check({ sample_size: 1_000, orphans: '<25%' })).toMatchObject({ result: 'pass' });
  });

  it('picks another sample each time', async () => {
    await usersAdmin.query('DELETE FROM users WHERE id > 500');
    const runs = await Promise.all([1, 2, 3].map(() => check({ sample_size: 20 })));
    const seen = runs.map(({ evidence }) => JSON.stringify(evidence['references']));
    expect(new Set(seen).size).toBe(3);
  });

  it('samples a large table by its blocks', async () => {
    await shopAdmin.query(`
      INSERT INTO orders SELECT n, n % 1000 + 1, 'item-1', now() - interval '1 day' FROM generate_series(1001, 300000) AS n;
      ANALYZE orders`);
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'pass' });
    await usersAdmin.query('TRUNCATE users');
    expect((await check()).detail).toContain('100 of 100 sampled orders.user_id (100.0%)');
  });

  it('leaves out what may still be on its way', async () => {
    await shopAdmin.query("INSERT INTO orders VALUES (0, 5000, 'item-1', now())");
    expect(await check({ sample_size: 10_000 })).toMatchObject({ result: 'pass' });
    expect(await check({ sample_size: 10_000, in_flight: '1ms' })).toMatchObject({ result: 'fail' });
  });

  it('passes over rows without a reference, and says when there is nothing to look at', async () => {
    await shopAdmin.query('UPDATE orders SET user_id = NULL');
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'pass' });
    expect(outcome.detail).toContain('orders.user_id has no rows to look at');
  });

  it.each([
    [{ services: ['users', 'payments'] }, '"payments" needs an entry in sources'],
    [{ references: [{ from: 'orders.user_id', to: 'clients.id' }] }, 'there is no source "clients"'],
    [{ references: [references[0]] }, 'no reference leads to or from "inventory"'],
    [{ references: [{ from: 'orders.user_id"; DROP', to: 'users.id' }] }, 'must be a source and its column'],
    [{ references: [{ from: '__proto__.x', to: 'users.id' }, ...references] }, 'there is no source "__proto__"'],
    [
      { sources: { ...sources, users: { ...sources.users, query: 'DELETE FROM users' } } },
      'must be one statement that reads',
    ],
    [{ in_flight: 60 }, 'in_flight'],
    [{ sample_size: 1e9 }, 'sample_size'],
  ])('learns nothing from the wrong configuration %#', async (params, why) => {
    const outcome = await check(params as unknown as JsonRecord);
    expect(outcome).toMatchObject({ result: 'error' });
    expect(outcome.detail).toContain(why);
  });

  it('fails when a table or a column is gone, or keys are of different kinds', async () => {
    const wrong = { ...sources, users: { ...sources.users, table: 'clients' } };
    expect((await check({ sources: wrong })).detail).toBe('users: relation "clients" does not exist');
    await shopAdmin.query("ALTER TABLE orders ALTER user_id TYPE text; UPDATE orders SET user_id = 'u' || id");
    expect((await check()).detail).toContain('users: invalid input syntax for type bigint');
  });

  it('ends in time, in the server too', async () => {
    const slow = {
      ...sources,
      orders: { connection: sources.orders.connection, query: 'SELECT 1 AS user_id, 1 AS sku FROM pg_sleep(60)' },
    };
    expect(await check({ sources: slow }, 1_000)).toMatchObject({ result: 'timeout' });
    await eventually(async () => {
      const { rows } = await shopAdmin.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'cortex/%'");
      expect(rows).toEqual([]);
    });
  });

  it('shows no credentials, runs 200 times without a leak, and survives the end of a server', async () => {
    const before = openFiles();
    for (let run = 0; run < 200; run += 4) {
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => check({ sample_size: 10 })));
      expect(outcomes.filter(({ result }) => result !== 'pass')).toEqual([]);
    }
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before + 1));
    users.freeze();
    expect(await check({}, 500)).toMatchObject({ result: 'timeout' });
    users.thaw();
    await users.kill();
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'fail', evidence: { source: 'users' } });
    expect(JSON.stringify(outcome)).not.toContain(users.password);
    await eventually(() => users.restart().then(() => true));
    expect(await check()).toMatchObject({ result: 'pass' });
    usersAdmin = await connect(users);
  });
});
