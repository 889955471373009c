import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Leftover, Leftovers } from '../../leftovers.ts';
import { loginToken, startAccounts } from '../../test/accounts-server.ts';
import type { AccountsServer } from '../../test/accounts-server.ts';
import { startHttpProcess } from '../../test/http-process.ts';
import { runOf } from '../../test/run-of.ts';
import { closeServers, openSockets } from '../../test/servers.ts';

const run = runOf('end_to_end_workflow', 'comprehensive');
const canary = 'canary-5d1e77c04b';

const requests = {
  create_test_user: {
    method: 'POST',
    path: '/users',
    json_body: { email: 'probe-{{run.id}}@example.test', password: 'env:CORTEX_TEST_CANARY', tags: ['x', 1, null] },
    expected_status: 201,
    capture: { user_id: { json: 'id', keep: true } },
  },
  login: {
    method: 'POST',
    path: '/login',
    json_body: { user: '{{user_id}}' },
    json: 'active == true',
    capture: { token: 'token' },
  },
  read_user: { path: '/users/{{user_id}}', headers: { authorization: 'Bearer {{token}}' } },
  cleanup_test_user: {
    method: 'DELETE',
    path: '/users/{{user_id}}',
    headers: { authorization: 'Basic {{env:CORTEX_TEST_CANARY}}' },
    cleans: 'create_test_user',
  },
};
const workflow = {
  description: 'Simulate user signup flow',
  steps: ['create_test_user', 'login', 'read_user', 'cleanup_test_user'],
  requests,
};

let accounts: AccountsServer;
let kept: Map<string, Leftover>;
let leftovers: Leftovers;
let outcomes: CheckOutcome[];

beforeEach(async () => {
  process.env['CORTEX_TEST_CANARY'] = canary;
  accounts = await startAccounts();
  kept = new Map();
  outcomes = [];
  leftovers = {
    list: async () => [...kept.values()],
    write: async (leftover) => void kept.set(leftover.id, structuredClone(leftover)),
    remove: async (id) => void kept.delete(id),
  };
});

afterEach(async () => {
  delete process.env['CORTEX_TEST_CANARY'];
  await closeServers();
  // In no test does a secret show, given or captured, whole or in part.
  const shown = JSON.stringify([outcomes, [...kept]]);
  const leaked = [canary, loginToken.slice(0, 60)].filter((secret) => shown.includes(secret));
  if (leaked.length > 0) throw new Error(`a secret shows in ${shown}`);
});

async function check(
  more: JsonRecord = {},
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal; readonly port?: number } = {},
): Promise<CheckOutcome> {
  const { port = accounts.port, ...rest } = options;
  const outcome = await run({ ...workflow, ...more } as JsonRecord, { facts: { port }, leftovers, ...rest });
  outcomes.push(outcome);
  return outcome;
}

const lines = (): readonly string[] => accounts.requests.map(({ line }) => line);

describe('end_to_end_workflow', () => {
  it('runs the steps in order with what they capture, and cleans up', async () => {
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'pass', detail: expect.stringContaining('3 steps and 1 clean-ups') });
    expect(lines()).toEqual(['POST /users', 'POST /login', 'GET /users/user-1', 'DELETE /users/user-1']);
    expect(JSON.parse(accounts.requests[0]?.body ?? '')).toMatchObject({ password: canary, tags: ['x', 1, null] });
    expect(accounts.requests[2]?.authorization).toBe(`Bearer ${loginToken}`);
    expect(accounts.requests[3]?.authorization).toBe(`Basic ${canary}`);
    expect(accounts.users.size).toBe(0);
    expect(kept.size).toBe(0);
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('cleans up after a failed step, says which and why, and goes no further', async () => {
    accounts.misbehave = (line, response) => {
      if (line !== 'POST /login') return false;
      response.end(JSON.stringify({ active: false, token: loginToken, echo: canary }));
      return true;
    };
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('step login: expected active == true, but active is false');
    expect(lines()).toEqual(['POST /users', 'POST /login', 'DELETE /users/user-1']);
    expect(kept.size).toBe(0);
  });

  it('shows no secret that a condition finds in an answer', async () => {
    const login = { ...requests.login, json: 'token == "other"', expected_headers: { 'x-a': 'zzz' } };
    accounts.misbehave = (line, response) => {
      if (line === 'POST /login') response.setHeader('x-a', canary);
      return false;
    };
    const { detail } = await check({ requests: { ...requests, login } });
    expect(detail).toContain('token is "[secret]"');
    expect(detail).toContain('header x-a is "[secret]"');
  });

  it('cleans up when time is up, within its own time', async () => {
    accounts.misbehave = (line) => line === 'POST /login';
    const outcome = await check({}, { timeoutMs: 600 });
    expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining('step login: no answer before') });
    expect(accounts.users.size).toBe(0);
    expect(kept.size).toBe(0);
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('cleans up when it is stopped', async () => {
    accounts.misbehave = (line) => line === 'POST /login';
    const stop = new AbortController();
    const running = check({}, { signal: stop.signal });
    await eventually(() => expect(lines()).toContain('POST /login'));
    expect(kept.size).toBe(1);
    stop.abort();
    expect(await running).toMatchObject({ result: 'error' });
    await eventually(() => expect([accounts.users.size, kept.size, openSockets()]).toEqual([0, 0, 0]));
  });

  it('keeps what it could not clean up, and begins nothing new until that is clean', async () => {
    accounts.misbehave = (line, response) => {
      if (line.startsWith('DELETE')) response.writeHead(500).end();
      return line.startsWith('DELETE');
    };
    const first = await check();
    expect(first.detail).toContain('clean-up cleanup_test_user: answered 500, expected 2xx or 404 or 410');
    expect([...kept.values()]).toMatchObject([{ begun: ['create_test_user'], variables: { user_id: 'user-1' } }]);
    const second = await check();
    expect(second.detail).toContain('not begun: left by run');
    expect(lines().filter((line) => line === 'POST /users')).toHaveLength(1);

    accounts.misbehave = () => false;
    expect(await check()).toMatchObject({ result: 'pass', evidence: { leftoversCleaned: 1 } });
    expect(accounts.users.size).toBe(0);
    expect(kept.size).toBe(0);
  });

  it('leaves alone what another process may still be running', async () => {
    accounts.users.set('user-9', 'of another');
    const activeUntil = new Date(Date.now() + 60_000).toISOString();
    await leftovers.write({ id: 'other', begun: ['create_test_user'], variables: { user_id: 'user-9' }, activeUntil });
    expect(await check()).toMatchObject({ result: 'pass' });
    expect([...accounts.users.keys()]).toEqual(['user-9']);
    expect([...kept.keys()]).toEqual(['other']);
  });

  it('reports a leftover that cannot be cleaned up once', async () => {
    const activeUntil = new Date(Date.now() - 1_000).toISOString();
    await leftovers.write({ id: 'lost', begun: ['create_test_user'], variables: {}, activeUntil });
    expect((await check()).detail).toContain('left by run lost: cleanup_test_user: could not run: user_id was never');
    expect(await check()).toMatchObject({ result: 'pass' });
  });

  it('creates nothing when it cannot be written down', async () => {
    leftovers.write = () => Promise.reject(new Error('the store is away'));
    expect(await check()).toMatchObject({ result: 'error', detail: expect.stringContaining('away') });
    expect(lines()).not.toContain('POST /users');
  });

  it('has nothing to clean up when the server refuses to create', async () => {
    accounts.misbehave = (_line, response) => {
      response.writeHead(409).end('{}');
      return true;
    };
    const { detail } = await check();
    expect(detail).toContain('step create_test_user: user_id cannot be captured');
    expect(detail).toContain('answered 409, expected 201');
    expect(detail).not.toContain('clean-up');
    expect(kept.size).toBe(0);
  });

  it.each(['..', '', 'a/../../admin', '{{env:CORTEX_TEST_CANARY}}', 'env:CORTEX_TEST_CANARY', 'a\r\nx: 1'])(
    'is not led astray by a server that names a user %j',
    async (id) => {
      accounts.misbehave = (line, response) => {
        if (line === 'POST /users') response.writeHead(201).end(JSON.stringify({ id }));
        return line === 'POST /users';
      };
      await check({ steps: ['create_test_user', 'login', 'read_user', 'cleanup_test_user'] });
      const paths = lines().map((line) => line.split(' ')[1]);
      expect(paths.filter((path) => path === '/users/' || path === '/' || path === '/admin')).toEqual([]);
      const sent = accounts.requests.slice(1).map(({ body, line }) => body + line);
      expect(sent.join('\n')).not.toContain(canary);
    },
  );

  it('needs its secrets', async () => {
    delete process.env['CORTEX_TEST_CANARY'];
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'error' });
    expect(outcome.detail).toContain('secret env:CORTEX_TEST_CANARY: the variable is not set');
    expect(lines()).toEqual([]);
  });

  it('sees its server frozen, killed and back again', async () => {
    const { process: server, port } = await startHttpProcess();
    const params = { steps: ['ask'], requests: { ask: { path: '/', json: 'status == "UP"' } } };
    expect(await check(params, { port })).toMatchObject({ result: 'pass' });
    server.signal('SIGSTOP');
    const frozen = await check(params, { port, timeoutMs: 500 });
    expect(frozen.detail).toContain('step ask: no answer before the time was up');
    await server.kill();
    expect((await check(params, { port })).detail).toContain('step ask: connection refused');
    const next = await startHttpProcess(port);
    expect(await check(params, { port })).toMatchObject({ result: 'pass' });
    await next.process.kill();
  });

  it('leaves nothing behind over five hundred runs of four requests', async () => {
    let failed = 0;
    for (let index = 0; index < 500; index += 1) if ((await check()).result !== 'pass') failed += 1;
    expect(failed).toBe(0);
    expect([accounts.users.size, kept.size]).toEqual([0, 0]);
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it.each([
    ['a step without a request', { steps: ['login', 'logout'] }, 'requests has no logout'],
    ['a request that is no step', { steps: ['login'] }, 'create_test_user is not among the steps'],
    ['a step twice', { steps: ['login', 'login'] }, 'named twice'],
    [
      'a variable that comes later',
      { steps: ['login', 'create_test_user', 'read_user', 'cleanup_test_user'] },
      '{{user_id}} is captured by no step before',
    ],
    [
      'a clean-up that a crash would make impossible',
      { requests: { ...requests, create_test_user: { ...requests.create_test_user, capture: { user_id: 'id' } } } },
      '{{user_id}} would be lost in a crash',
    ],
    [
      'a clean-up of a clean-up',
      { requests: { ...requests, login: { ...requests.login, cleans: 'cleanup_test_user' } } },
      'cleanup_test_user is no step that can be cleaned up after',
    ],
    [
      'a secret in a path',
      { requests: { ...requests, login: { path: '/login/{{env:X}}' } } },
      'must not hold a secret',
    ],
    ['names of prototypes', { steps: ['constructor'], requests: {} }, 'requests has no constructor'],
  ])('refuses %s', async (_name, params, problem) => {
    const outcome = await check(params as JsonRecord);
    expect(outcome).toMatchObject({ result: 'error', detail: expect.stringContaining(problem) });
    expect(lines()).toEqual([]);
  });
});
