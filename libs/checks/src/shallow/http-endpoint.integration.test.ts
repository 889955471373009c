import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Instance } from '@cortex/contracts';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { runCheck } from '../run-check.ts';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function check(params: JsonRecord, timeoutMs = 2_000): Promise<CheckOutcome> {
  return runCheck(
    {
      name: 'shop-http',
      type: 'http_endpoint',
      tier: 'shallow',
      target: { service: 'shop', instance: 'shop-1' },
      params,
      timeoutMs,
      retries: 0,
    },
    Instance.parse({ id: 'shop-1', host: '127.0.0.1' }),
    { now: () => new Date() },
  );
}

describe('http_endpoint', () => {
  it('passes on 200 by default, at the host of the instance', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.connection}`);
      response.end('ok');
    });
    const outcome = await check({ port, path: '/health' });
    expect(outcome).toMatchObject({ passed: true, evidence: { outcome: 'pass', status: 200 } });
    expect(seen).toEqual(['GET /health close']);
  });

  it('fails on another status and passes on one of a list', async () => {
    const port = await serve((_request, response) => response.writeHead(503).end());
    const url = `http://127.0.0.1:${port}/`;
    const refused = await check({ url });
    expect(refused).toMatchObject({ passed: false, evidence: { outcome: 'fail', status: 503 } });
    expect(refused.detail).toContain('answered 503, expected 200');
    expect(await check({ url, expected_status: [200, 503] })).toMatchObject({ passed: true });
  });

  it('judges headers and body', async () => {
    const port = await serve((_request, response) => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end('{"status":"UP"}');
    });
    const conditions = { expected_headers: { 'Content-Type': 'application/json' }, body_contains: '"UP"' };
    expect(await check({ port, ...conditions })).toMatchObject({ passed: true });
    const wrong = await check({
      port,
      expected_headers: { 'x-version': true, 'content-type': 'html' },
      body_contains: 'DOWN',
    });
    expect(wrong.detail).toContain('header x-version is missing');
    expect(wrong.detail).toContain('expected to contain "html"');
    expect(wrong.detail).toContain('"DOWN" is not in the body');
  });

  it('follows no redirect unless asked', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end();
      else response.end('arrived');
    });
    expect(await check({ port })).toMatchObject({ passed: false, evidence: { status: 302 } });
    expect(await check({ port, follow_redirects: 2, body_contains: 'arrived' })).toMatchObject({ passed: true });
  });

  it('calls a slow server a timeout', async () => {
    const port = await serve(() => undefined);
    expect(await check({ port }, 500)).toMatchObject({ passed: false, evidence: { outcome: 'timeout' } });
  });

  it('calls a body that never ends a timeout', async () => {
    const port = await serve((_request, response) => void response.write('start'));
    expect(await check({ port, body_contains: 'end' }, 500)).toMatchObject({ evidence: { outcome: 'timeout' } });
    expect(await check({ port }, 2_000)).toMatchObject({ passed: true });
  });

  it('reads no more of a huge body than it was told', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(65_536, 'x');
    const port = await serve((_request, response) => {
      const send = (): void => {
        while (!response.destroyed && sent < 1e9 && response.write(chunk)) sent += chunk.length;
        response.once('drain', send);
      };
      send();
    });
    const outcome = await check({ port, body_contains: 'y', max_body_bytes: 100_000 }, 5_000);
    expect(outcome).toMatchObject({ passed: false, evidence: { outcome: 'fail' } });
    expect(outcome.detail).toContain('first 100000 bytes');
    expect(sent).toBeLessThan(50_000_000);
  });

  it('calls a refused connection a failure, not an error', async () => {
    const port = await serve(() => undefined);
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    const outcome = await check({ port });
    expect(outcome).toMatchObject({ passed: false, evidence: { outcome: 'fail' } });
    expect(outcome.detail).toContain('connection refused');
  });

  it('calls a connection that breaks a failure', async () => {
    const port = await serve((request) => request.socket.destroy());
    expect(await check({ port })).toMatchObject({ passed: false, evidence: { outcome: 'fail' } });
  });

  it('refuses to guess an address', async () => {
    expect(await check({ path: '/health' })).toMatchObject({ passed: false, evidence: { outcome: 'error' } });
    expect(await check({ url: 'file:///etc/passwd' })).toMatchObject({ evidence: { outcome: 'error' } });
    expect(await check({ port: 80, expected_status: [] })).toMatchObject({ evidence: { outcome: 'error' } });
  });
});
