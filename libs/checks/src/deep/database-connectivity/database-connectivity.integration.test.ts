import { eventually, startPostgres } from '@cortex/testing';
import type { TestPostgres } from '@cortex/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { ask, openFiles } from '../../test/ask.ts';

let primary: TestPostgres;
let replica: TestPostgres;
let admin: Client;

beforeAll(async () => {
  primary = await startPostgres(['-c', 'max_connections=15', '-c', 'superuser_reserved_connections=3']);
  replica = await primary.startReplica();
  process.env['CORTEX_TEST_PRIMARY'] = primary.url();
  process.env['CORTEX_TEST_REPLICA'] = replica.url();
  process.env['CORTEX_POOL_HEALTH_CHECK'] = primary.url();
  admin = await connect();
}, 120_000);

afterAll(async () => {
  await admin?.end();
  await replica?.stop();
  await primary?.stop();
});

async function connect(url = primary.url()): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function check(params: JsonRecord, timeoutMs?: number): Promise<CheckOutcome> {
  return ask('database_connectivity', { connection: 'env:CORTEX_TEST_PRIMARY', ...params }, timeoutMs);
}

/** The sessions of the check that the server still has. */
async function sessions(): Promise<number> {
  const { rows } = await admin.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'cortex/%'",
  );
  return (rows as { n: number }[])[0]?.n ?? -1;
}

describe('database_connectivity', () => {
  it('passes as the specification writes it', async () => {
    const outcome = await ask('database_connectivity', {
      type: 'postgres',
      action: 'SELECT 1',
      connection_pool: 'health_check',
    });
    expect(outcome).toMatchObject({ tier: 'deep', result: 'pass', evidence: { rows: 1 } });
    await eventually(async () => expect(await sessions()).toBe(0));
  });

  it.each([
    [{ expected_rows: '=3' }, '"SELECT 5 AS waiting" gave 1 rows, expected =3'],
    [{ condition: 'waiting < 5' }, 'expected waiting < 5, but waiting is 5'],
    [{ condition: 'missing < 5' }, 'expected missing < 5, but missing is missing'],
    [{ expected_role: 'replica' }, 'the server is a primary, expected replica'],
    [{ connections: '<1%' }, 'of 12 connections are in use'],
    [{ connection: 'env:CORTEX_TEST_REPLICA', expected_role: 'primary' }, 'the server is a replica, expected primary'],
    [{ max_replication_lag: '<10s', replicas: 2 }, '1 replicas are connected, expected 2'],
    [{ action: 'SELECT 1/0' }, 'division by zero'],
    [{ action: 'SELECT * FROM no_such_table' }, 'relation "no_such_table" does not exist'],
    [{ action: "SELECT repeat('x', 5000000)" }, 'the answer is larger than'],
    [{ action: "SELECT nextval('numbers')" }, 'cannot execute nextval() in a read-only transaction'],
  ])('fails with %j and says why', async (params, why) => {
    await admin.query('CREATE SEQUENCE IF NOT EXISTS numbers');
    const outcome = await check({ action: 'SELECT 5 AS waiting', ...params });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(why);
  });

  it('passes when rows, condition, role, connections and lag are as expected', async () => {
    const params = {
      action: "SELECT 5 AS waiting, 'open' AS state, true AS ready",
      expected_rows: '=1',
      condition: 'waiting >= 5 AND state == "open"',
      connections: '<100%',
      max_replication_lag: '<10s',
    };
    await eventually(async () => {
      expect(await check({ ...params, expected_role: 'primary' })).toMatchObject({ result: 'pass' });
      const replicaParams = { ...params, connection: 'env:CORTEX_TEST_REPLICA', expected_role: 'replica' };
      expect(await check(replicaParams)).toMatchObject({ result: 'pass' });
    });
  });

  it.each([
    { type: 'mysql' },
    { action: 'DELETE FROM users' },
    { action: "COPY (SELECT 1) TO PROGRAM 'true'" },
    { action: 'SELECT 1; SELECT 2' },
    { connection: 'postgres://user:password@db/shop' },
    { connection: 'env:CORTEX_TEST_UNSET' },
    { condition: 'waiting <' },
    { actoin: 'SELECT 1' },
  ])('learns nothing from the wrong configuration %j', async (params) => {
    const outcome = await check(params);
    expect(outcome).toMatchObject({ result: 'error' });
    expect(JSON.stringify(outcome)).not.toContain('user:password');
  });

  it('names what is supported instead of mysql', async () => {
    expect((await check({ type: 'mysql' })).detail).toContain('only postgres is supported');
  });

  it('ends a slow statement in the server too', async () => {
    const outcome = await check({ action: 'SELECT pg_sleep(60)' }, 1_000);
    expect(outcome).toMatchObject({ result: 'timeout' });
    await eventually(async () => expect(await sessions()).toBe(0), { timeoutMs: 5_000 });
  });

  it('holds the server to the timeout, should the cancellation get lost', async () => {
    const condition = 'held == "1234ms"';
    const outcome = await check({ action: "SELECT current_setting('statement_timeout') AS held", condition }, 1_234);
    expect(outcome).toMatchObject({ result: 'pass' });
  });

  it('fails when no connection is left', async () => {
    await admin.query('CREATE ROLE clerk LOGIN PASSWORD $$clerk$$');
    const url = primary.url().replace(`postgres:${primary.password}`, 'clerk:clerk');
    process.env['CORTEX_TEST_CLERK'] = url;
    const held: Client[] = [];
    try {
      const fill = async (): Promise<never> => {
        for (;;) held.push(await connect(url));
      };
      await expect(fill()).rejects.toThrow('connection slots');
      const outcome = await check({ connection: 'env:CORTEX_TEST_CLERK' });
      expect(outcome).toMatchObject({ result: 'fail', evidence: { sqlState: '53300' } });
    } finally {
      await Promise.all(held.map((client) => client.end()));
    }
    await eventually(async () => {
      const outcome = await check({ connection: 'env:CORTEX_TEST_CLERK', max_replication_lag: '<10s' });
      expect(outcome).toMatchObject({ result: 'error' });
      expect(outcome.detail).toContain('pg_monitor');
    });
  }, 30_000);

  it('shows no credentials, whatever goes wrong', async () => {
    const canary = 'canary-p@ss/word';
    const outcomes: CheckOutcome[] = [];
    for (const url of [
      primary.url().replace(primary.password, encodeURIComponent(canary)),
      `postgres://postgres:${encodeURIComponent(canary)}@127.0.0.1:1/postgres`,
      `postgres://postgres:${encodeURIComponent(canary)}@no-such-host.invalid/postgres`,
      `postgres://postgres:${canary}@127.0.0.1:${primary.port}/x?options=${canary}`,
      `mysql://root:${canary}@127.0.0.1/x`,
      canary,
    ]) {
      process.env['CORTEX_TEST_CANARY'] = url;
      outcomes.push(await check({ connection: 'env:CORTEX_TEST_CANARY' }));
    }
    process.env['CORTEX_TEST_PRIMARY_ECHO'] = primary.url();
    const echo = `SELECT '${primary.password}' AS word`;
    outcomes.push(await check({ action: echo, condition: 'word == "x"' }));
    expect(outcomes.every(({ result }) => result !== 'pass')).toBe(true);
    const shown = JSON.stringify(outcomes);
    for (const secret of [canary, encodeURIComponent(canary), primary.password]) expect(shown).not.toContain(secret);
    expect(outcomes[0]?.detail).toContain('password authentication failed');
    expect(outcomes[1]?.detail).toContain('connection refused');
  });

  it('measures the lag of a replica that stands still while the primary goes on', async () => {
    const lag = { max_replication_lag: '<100ms' };
    const onReplica = { ...lag, connection: 'env:CORTEX_TEST_REPLICA' };
    await eventually(async () => expect(await check(lag)).toMatchObject({ result: 'pass' }));
    const other = await connect(replica.url());
    await other.query('SELECT pg_wal_replay_pause()');
    try {
      await eventually(async () => {
        await admin.query('CREATE TABLE IF NOT EXISTS noise (at timestamptz); INSERT INTO noise VALUES (now())');
        const outcome = await check(onReplica);
        expect(outcome).toMatchObject({ result: 'fail' });
        expect(outcome.detail).toMatch(/this replica lags \d+ ms, expected <100ms/);
        expect(await check(lag)).toMatchObject({ result: 'fail' });
      });
    } finally {
      await other.query('SELECT pg_wal_replay_resume()');
      await other.end();
    }
    await eventually(async () => {
      expect(await check(lag)).toMatchObject({ result: 'pass', evidence: { replicationLagMs: 0 } });
      expect(await check(onReplica)).toMatchObject({ result: 'pass', evidence: { replicationLagMs: 0 } });
    });
  });

  it('opens and closes 2,000 sessions and leaves none', async () => {
    await check({});
    const before = openFiles();
    for (let run = 0; run < 2_000; run += 8) {
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => check({})));
      expect(outcomes.filter(({ result }) => result !== 'pass')).toEqual([]);
    }
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before + 1));
    await eventually(async () => expect(await sessions()).toBe(0));
  }, 120_000);

  it('survives a frozen, a killed and a restarted server', async () => {
    const onReplica = { connection: 'env:CORTEX_TEST_REPLICA', max_replication_lag: '<10s' };
    primary.freeze();
    expect(await check({}, 500)).toMatchObject({ result: 'timeout' });
    primary.thaw();
    await eventually(async () => expect(await check({})).toMatchObject({ result: 'pass' }));
    await eventually(async () => expect(await sessions()).toBe(0));

    await primary.kill();
    expect(await check({})).toMatchObject({ result: 'fail' });
    await eventually(async () => {
      expect((await check(onReplica)).detail).toContain('this replica does not receive from its primary');
    });
    await eventually(() => primary.restart().then(() => true));
    expect(await check({})).toMatchObject({ result: 'pass' });
    admin = await connect();
  }, 60_000);
});
