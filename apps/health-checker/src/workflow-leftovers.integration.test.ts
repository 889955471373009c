import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connectBus } from '@cortex/bus';
import { healthChecked, leftoverBucket } from '@cortex/contracts';
import type { CortexEvent } from '@cortex/contracts';
import { bundleApp, eventually, silentLogger, startApp, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import { beforeAll, expect, it } from 'vitest';

const app = resolve(import.meta.dirname, '..');
const canary = 'canary-91f0c2ab77';
const patience = { timeoutMs: 40_000, intervalMs: 50 };

beforeAll(() => bundleApp(app));

/** A service whose log-in hangs, and whose users stay until they are deleted. */
async function startAccounts() {
  const users = new Set<string>();
  const state = { isHanging: true, logins: 0 };
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST' && request.url === '/users') {
      users.add(`user-${users.size + 1}`);
      response.writeHead(201).end(JSON.stringify({ id: `user-${users.size}`, token: canary }));
    } else if (request.method === 'DELETE') {
      const existed = users.delete(String(request.url).slice('/users/'.length));
      response.writeHead(existed ? 204 : 404).end();
    } else {
      state.logins += 1;
      if (!state.isHanging) response.end(JSON.stringify({ active: false, token: canary }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, users, state, server };
}

const configuration = (port: number): string => `version: 1
services:
  - name: accounts
    instances: [{ id: accounts-1, host: 127.0.0.1, port: ${port} }]
checks:
  - name: signup
    type: end_to_end_workflow
    service: accounts
    interval: 2s
    timeout: 1500ms
    steps: [create_test_user, login, cleanup_test_user]
    requests:
      create_test_user:
        { method: POST, path: /users, body: env:PROBE_PASSWORD, capture: { user_id: { json: id, keep: true }, token: token } }
      login: { path: /login, headers: { authorization: 'Bearer {{token}}' }, json: token == "other" }
      cleanup_test_user: { method: DELETE, path: '/users/{{user_id}}', cleans: create_test_user }
`;

it('a workflow whose checker was killed is cleaned up by the next one, and no secret shows', async () => {
  const accounts = await startAccounts();
  const folder = temporaryFolder('cortex-workflow-');
  const nats = await startProvisionedNats();
  const bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  const results: CortexEvent<'health.checked'>[] = [];
  await bus.read({ event: healthChecked, from: 'all', handle: (event) => void results.push(event) });
  await writeFile(join(folder.path, 'cortex.yaml'), configuration(accounts.port));
  const start = () =>
    startApp(app, {
      natsUrl: nats.url,
      folder: folder.path,
      env: { CORTEX_INSTANCE: 'test', PROBE_PASSWORD: canary, CORTEX_LOG_LEVEL: 'debug' },
    });
  const leftovers = await bus.bucket(leftoverBucket);

  const first = start();
  // Killed during the log-in: the user exists, its clean-up has not begun.
  await eventually(() => expect(accounts.state.logins).toBe(1), { ...patience, intervalMs: 5 });
  await first.kill();
  expect([...accounts.users]).toEqual(['user-1']);
  const [left] = await leftovers.entries();
  expect(left?.value).toMatchObject({ begun: ['create_test_user'], variables: { user_id: 'user-1' } });

  accounts.state.isHanging = false;
  const second = start();
  await eventually(() => {
    expect(results.some(({ data }) => data.evidence['leftoversCleaned'] === 1)).toBe(true);
  }, patience);
  await second.stop();
  await eventually(async () => expect(await leftovers.keys()).toEqual([]), patience);
  expect(accounts.users.size).toBe(0);

  const detail = results.find(({ data }) => data.detail.includes('step login'))?.data.detail;
  expect(detail).toContain('token is "[secret]"');
  const shown = JSON.stringify([results, left, first.lines, second.lines]);
  expect(shown).not.toContain(canary);

  await bus.drain(1_000);
  await nats.stop();
  accounts.server.closeAllConnections();
  accounts.server.close();
  folder.remove();
});
