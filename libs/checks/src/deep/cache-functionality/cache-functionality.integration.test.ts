import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { eventually, startMemcached, startRedis } from '@cortex/testing';
import type { TestRedis, TestServer } from '@cortex/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { ask, openFiles } from '../../test/ask.ts';

const password = 'canary-p@ss/word';
let redis: TestRedis;
let replica: TestRedis;
let memcached: TestServer;
let admin: Redis;

beforeAll(async () => {
  redis = await startRedis({ password, flags: ['--maxmemory', '20mb', '--maxmemory-policy', 'allkeys-lru'] });
  replica = await startRedis({ password, flags: ['--replicaof', `127.0.0.1 ${redis.port}`] });
  memcached = await startMemcached();
  process.env['CORTEX_TEST_REDIS'] = redis.url;
  process.env['CORTEX_TEST_REDIS_REPLICA'] = replica.url;
  admin = new Redis(redis.url);
  admin.on('error', () => undefined);
});

afterAll(async () => {
  admin?.disconnect();
  await Promise.all([redis?.stop(), replica?.stop(), memcached?.stop()]);
});

function check(params: JsonRecord = {}, timeoutMs?: number): Promise<CheckOutcome> {
  return ask('cache_functionality', { type: 'redis', connection: 'env:CORTEX_TEST_REDIS', ...params }, timeoutMs);
}

function checkMemcached(params: JsonRecord = {}, timeoutMs?: number): Promise<CheckOutcome> {
  return ask('cache_functionality', { type: 'memcached', port: memcached.port, ...params }, timeoutMs);
}

const actions = ['SET health_check_key test_value', 'GET health_check_key', 'DEL health_check_key'];

describe('cache_functionality of redis', () => {
  it('passes as the specification writes it, and leaves alone what it finds', async () => {
    await admin.set('health_check_key', 'of somebody else');
    expect(await check({ actions })).toMatchObject({ result: 'pass' });
    expect(await check({ actions: actions.slice(0, 2) })).toMatchObject({ result: 'pass' });
    expect(await admin.keys('*')).toEqual(['health_check_key']);
    expect(await admin.get('health_check_key')).toBe('of somebody else');
    expect(await check({ actions: ['GET health_check_key'] })).toMatchObject({ result: 'pass' });
    await admin.del('health_check_key');
  });

  it.each([['FLUSHALL'], ['SET users 1'], ['DEL users'], ['SET health_check a b'], ['EVAL x 0'], ['PING x'], ['GET']])(
    'refuses %s before it asks anybody',
    async (action) => {
      const outcome = await check({ actions: [action] });
      expect(outcome).toMatchObject({ result: 'error' });
      expect(outcome.detail).toContain('must be PING, SET key value');
    },
  );

  it.each([
    [{ expected_role: 'replica' }, 'it is a primary, expected replica'],
    [{ connection: 'env:CORTEX_TEST_REDIS_REPLICA', expected_role: 'primary', actions: ['PING'] }, 'it is a replica'],
    [{ connection: 'env:CORTEX_TEST_REDIS_REPLICA', actions }, 'READONLY'],
    [{ memory: '<1%' }, '% of 20971520 bytes are in use, expected <1%'],
    [{ evictions: '>0' }, '0 keys were evicted, expected >0'],
  ])('fails with %j and says why', async (params, why) => {
    const outcome = await check(params);
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(why);
  });

  it('passes for a replica that hears from its primary', async () => {
    const params = {
      connection: 'env:CORTEX_TEST_REDIS_REPLICA',
      expected_role: 'replica',
      memory: '<90%',
      evictions: '=0',
    };
    await eventually(async () =>
      expect(await check(params)).toMatchObject({ result: 'pass', evidence: { role: 'replica' } }),
    );
  });

  it('sees evictions and memory that is used up', async () => {
    for (let index = 0; index < 300; index += 1) await admin.set(`filler:${index}`, 'x'.repeat(100_000));
    const outcome = await check({ evictions: '=0', memory: '<80%' });
    expect(outcome.detail).toMatch(/bytes are in use, expected <80%; \d+ keys were evicted, expected =0/);
    await admin.flushall();
  });

  it('shows no credentials, whatever goes wrong', async () => {
    const wrong = encodeURIComponent(`${password}-wrong`);
    const outcomes: CheckOutcome[] = [];
    for (const url of [
      `redis://:${wrong}@127.0.0.1:${redis.port}`,
      `redis://default:${wrong}@127.0.0.1:1`,
      `redis://127.0.0.1:${redis.port}`,
      `http://:${wrong}@127.0.0.1`,
      `redis://:${wrong}@127.0.0.1/shop`,
    ]) {
      process.env['CORTEX_TEST_REDIS_CANARY'] = url;
      outcomes.push(await check({ connection: 'env:CORTEX_TEST_REDIS_CANARY' }));
    }
    expect(outcomes.map(({ result }) => result)).toEqual(['fail', 'fail', 'fail', 'error', 'error']);
    expect(outcomes[0]?.detail).toContain('WRONGPASS');
    expect(outcomes[1]?.detail).toContain('connection refused');
    expect(outcomes[2]?.detail).toContain('NOAUTH');
    for (const secret of [password, wrong]) expect(JSON.stringify(outcomes)).not.toContain(secret);
  });

  it('runs 2,000 times and leaves neither key nor connection', async () => {
    await check();
    const before = openFiles();
    for (let run = 0; run < 2_000; run += 20) {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => check()));
      expect(outcomes.filter(({ result }) => result !== 'pass')).toEqual([]);
    }
    expect(await admin.dbsize()).toBe(0);
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before + 1));
  });

  it('survives a frozen, a killed and a restarted server', async () => {
    redis.freeze();
    expect(await check({}, 300)).toMatchObject({ result: 'timeout' });
    redis.thaw();
    await eventually(async () => expect(await check()).toMatchObject({ result: 'pass' }));

    await redis.kill();
    expect((await check()).detail).toContain('connection refused');
    const ofReplica = { connection: 'env:CORTEX_TEST_REDIS_REPLICA', expected_role: 'replica' };
    await eventually(async () => {
      expect((await check(ofReplica)).detail).toContain('the replica does not hear from its primary');
    });
    await redis.restart();
    expect(await check()).toMatchObject({ result: 'pass' });
  });
});

describe('cache_functionality of memcached', () => {
  it('passes, and leaves nothing', async () => {
    const outcome = await checkMemcached({
      actions: ['PING', ...actions, 'GET health_check_key'],
      memory: '<90%',
      evictions: '=0',
    });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { evictions: 0 } });
    const socket = connect(memcached.port, '127.0.0.1');
    socket.write('stats\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(reply.toString()).toContain('STAT curr_items 0\r\n');
  });

  it('fails on memory and evictions, and refuses what memcached has not', async () => {
    expect((await checkMemcached({ evictions: '>5' })).detail).toContain('0 keys were evicted, expected >5');
    expect(await checkMemcached({ expected_role: 'primary' })).toMatchObject({ result: 'error' });
    expect(await checkMemcached({ connection: 'env:CORTEX_TEST_REDIS', port: 1 })).toMatchObject({
      result: 'error',
    });
  });

  it.each([
    ['SERVER_ERROR out of memory\r\n', 'the cache said SERVER_ERROR out of memory'],
    ['x'.repeat(100_000), 'larger than'],
    [undefined, 'the connection broke'],
  ])('fails when the cache says %#', async (reply, why) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => (reply === undefined ? socket.destroy() : socket.write(reply)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const outcome = await checkMemcached({ port: (server.address() as AddressInfo).port });
    server.close();
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(why);
  });

  it('runs 2,000 times without a leak, and survives a frozen, a killed and a restarted server', async () => {
    const before = openFiles();
    for (let run = 0; run < 2_000; run += 20) {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => checkMemcached()));
      expect(outcomes.filter(({ result }) => result !== 'pass')).toEqual([]);
    }
    memcached.freeze();
    expect(await checkMemcached({}, 300)).toMatchObject({ result: 'timeout' });
    memcached.thaw();
    await eventually(async () => expect(await checkMemcached()).toMatchObject({ result: 'pass' }));
    await memcached.kill();
    expect((await checkMemcached()).detail).toContain('connection refused');
    await memcached.restart();
    expect(await checkMemcached()).toMatchObject({ result: 'pass' });
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before + 1));
  });
});
