import { eventually, startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRunningConsole, type RunningConsole } from '../test/running-console.ts';
import type { ApiDependencies } from './dependencies.ts';
import { allRoutes } from './routes/all-routes.ts';

const token = 'a-token-of-some-length-123';
let nats: ProvisionedNats;
let guarded: RunningConsole;
let free: RunningConsole;
const folder = temporaryFolder();

beforeAll(async () => {
  nats = await startProvisionedNats();
  guarded = await startRunningConsole(nats.url, folder.path, { token, trustedHosts: [] });
  free = await startRunningConsole(nats.url, folder.path, { trustedHosts: ['cortex.example.com'] });
});
afterAll(async () => {
  await guarded?.stop();
  await free?.stop();
  await nats?.stop();
  folder.remove();
});

/** With fetch one cannot choose the Host header. */
function statusFor(url: string, host: string): Promise<number> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/api/v1/incidents', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('with a token', () => {
  const routes = allRoutes({} as ApiDependencies);

  test.each(routes.map((route) => [String(route.method), route.path]))('%s %s asks for it', async (method, path) => {
    const body = method === 'GET' ? undefined : {};
    const none = await guarded.call(method, path.replaceAll(/:\w+/g, 'x'), body);
    expect(none.body).toMatchObject({ status: 401, code: 'CORTEX_API_UNAUTHORIZED' });
    expect(none.headers.get('www-authenticate')).toContain('Bearer');
  });

  test('the right one opens, a wrong one does not, and guessing is stopped', async () => {
    expect((await guarded.call('GET', '/status', undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await guarded.call('GET', '/openapi.json', undefined, { authorization: `Bearer ${token}` })).status).toBe(
      200,
    );
    for (const wrong of ['Bearer', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, token]) {
      expect((await guarded.call('GET', '/status', undefined, { authorization: wrong })).status).toBe(401);
    }
    await eventually(async () => {
      const { status } = await guarded.call('GET', '/status', undefined, { authorization: 'Bearer guess-guess-guess' });
      return status === 429;
    });
    expect((await fetch(`${guarded.url}/`)).status).not.toBe(401);
  });
});

describe('without a token', () => {
  test.each([
    ['127.0.0.1:7780', 200],
    ['[::1]:7780', 200],
    ['localhost', 200],
    ['console:7780', 200],
    ['cortex.example.com', 200],
    ['CORTEX.example.com:443', 200],
    ['rebound.evil.example', 403],
    ['127.0.0.1.evil.example:7780', 403],
  ])('the host name %s answers %i', async (host, status) => {
    expect(await statusFor(free.url, host)).toBe(status);
  });
});
