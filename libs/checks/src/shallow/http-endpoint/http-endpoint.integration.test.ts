import { eventually, makeCertificate, temporaryFolder } from '@cortex/testing';
import type { JsonRecord } from '@cortex/contracts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, openSockets, serve, serveTls } from '../../test/servers.ts';
import { runOf } from '../../test/run-of.ts';
import { startHttpProcess } from '../../test/http-process.ts';

const run = runOf('http_endpoint', 'shallow');
const check = (params: JsonRecord, timeoutMs = 2_000) => run(params, { timeoutMs });
const folder = temporaryFolder();
const day = 86_400_000;

afterEach(closeServers);

describe('http_endpoint', () => {
  it('passes on 200 by default, at the host of the instance', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.connection}`);
      response.end('ok');
    });
    const outcome = await check({ port, path: '/health' });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { status: 200 } });
    expect(seen).toEqual(['GET /health close']);
  });

  it('fails on another status and passes on one of a list', async () => {
    const port = await serve((_request, response) => response.writeHead(503).end());
    const url = `http://127.0.0.1:${port}/`;
    const refused = await check({ url });
    expect(refused).toMatchObject({ result: 'fail', evidence: { status: 503 } });
    expect(refused.detail).toContain('answered 503, expected 200');
    expect(await check({ url, expected_status: [200, 503] })).toMatchObject({ result: 'pass' });
  });

  it('judges headers and body', async () => {
    const port = await serve((_request, response) => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end('{"status":"UP"}');
    });
    const conditions = { expected_headers: { 'Content-Type': 'application/json' }, body_contains: '"UP"' };
    expect(await check({ port, ...conditions })).toMatchObject({ result: 'pass' });
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
    expect(await check({ port })).toMatchObject({ result: 'fail', evidence: { status: 302 } });
    expect(await check({ port, follow_redirects: 2, body_contains: 'arrived' })).toMatchObject({ result: 'pass' });
  });

  it('calls a slow server a timeout', async () => {
    const port = await serve(() => undefined);
    expect(await check({ port }, 500)).toMatchObject({ result: 'timeout' });
  });

  it('calls a body that never ends a timeout', async () => {
    const port = await serve((_request, response) => void response.write('start'));
    expect(await check({ port, body_contains: 'end' }, 500)).toMatchObject({ result: 'timeout' });
    expect(await check({ port }, 2_000)).toMatchObject({ result: 'pass' });
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
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('first 100000 bytes');
    expect(sent).toBeLessThan(50_000_000);
  });

  it('calls a refused connection a failure, not an error', async () => {
    const port = await serve(() => undefined);
    await closeServers();
    const outcome = await check({ port });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('connection refused');
  });

  it('calls a connection that breaks a failure', async () => {
    const port = await serve((request) => request.socket.destroy());
    expect(await check({ port })).toMatchObject({ result: 'fail' });
  });

  it('asks the port of the instance, as the specification writes it', async () => {
    const port = await serve((request, response) => response.writeHead(request.url === '/health' ? 200 : 404).end());
    const example = { method: 'GET', path: '/health', expected_status: 200 };
    expect(await run(example, { facts: { port } })).toMatchObject({ result: 'pass' });
  });

  it.each([
    ['2xx', 204, 'pass'],
    ['2xx', 301, 'fail'],
    [[200, '4xx'], 404, 'pass'],
    [[200, '4xx'], 500, 'fail'],
  ])('expecting %s, answers %i: %s', async (expected_status, status, result) => {
    const port = await serve((_request, response) => response.writeHead(status).end());
    expect(await check({ port, expected_status })).toMatchObject({ result });
  });

  it('says what it expected of a JSON body and what it saw', async () => {
    const port = await serve((_request, response) => {
      response.end('{"status":"DOWN","db":{"latency_ms":80,"__proto__":1},"tags":["a"]}');
    });
    expect(await check({ port, json: ['db.latency_ms < 100', '"a" in tags'] })).toMatchObject({ result: 'pass' });
    const json = ['status == "UP"', 'db.latency_ms < 50', 'constructor.name == "Object"'];
    const { result, detail } = await check({ port, json });
    expect(result).toBe('fail');
    expect(detail).toContain('expected status == "UP", but status is "DOWN"');
    expect(detail).toContain('expected db.latency_ms < 50, but db.latency_ms is 80');
    expect(detail).toContain('constructor.name has no usable value');
  });

  it('names a body that is no JSON, and one that is too long to judge', async () => {
    const port = await serve((_request, response) => void response.end(`"${'x'.repeat(5_000)}"...`));
    expect((await check({ port, json: 'a == 1' })).detail).toContain('the body is not JSON');
    expect((await check({ port, json: 'a == 1', max_body_bytes: 100 })).detail).toContain('longer than the 100');
  });

  it('reports how long the certificate is still valid', async () => {
    const { key, cert } = makeCertificate(new Date(Date.now() + 10 * day));
    const ca_file = join(folder.path, 'ca.pem');
    writeFileSync(ca_file, cert);
    const port = await serveTls({ key, cert }, (_request, response) => void response.end('ok'));
    const params = { port, scheme: 'https', host: 'localhost', ca_file };
    expect(await check({ ...params, tls_expiry: '> 7d' })).toMatchObject({ result: 'pass' });
    const ending = await check({ ...params, tls_expiry: '> 14d' });
    expect(ending).toMatchObject({ result: 'fail', evidence: { status: 200 } });
    expect(ending.detail).toMatch(/certificate expires .* in 9d.*, expected > 14d/);
    const untrusted = await check({ port, scheme: 'https', host: 'localhost', tls_expiry: '> 7d' });
    expect(untrusted.detail).toContain('self-signed');
  });

  it('fails on an expired certificate', async () => {
    const { key, cert } = makeCertificate(new Date(Date.now() - day));
    const ca_file = join(folder.path, 'old.pem');
    writeFileSync(ca_file, cert);
    const port = await serveTls({ key, cert }, (_request, response) => void response.end('ok'));
    const outcome = await check({ url: `https://localhost:${port}/`, ca_file, tls_expiry: '>1d' });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('certificate has expired');
  });

  it('sends a secret by reference, and shows it nowhere', async () => {
    const canary = 'canary-7f3a9c';
    process.env['CORTEX_TEST_CANARY'] = canary;
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers.authorization, String(request.headers['x-key']));
      response.setHeader('x-echo', `${canary} ${Buffer.from(canary).toString('base64')}`);
      response.end(JSON.stringify({ echo: request.headers.authorization, [canary]: 1 }));
    });
    const headers = { authorization: 'Bearer {{env:CORTEX_TEST_CANARY}}', 'x-key': 'env:CORTEX_TEST_CANARY' };
    const outcomes = [
      await check({ port, headers }),
      await check({ port, headers, expected_headers: { 'x-echo': 'other' }, json: 'echo == "x"' }),
      await check({ port: 1, headers }),
      await check({ port, headers: { a: 'env:CORTEX_TEST_UNSET' } }),
      await check({ url: `http://localhost:${port}/?token=${canary}` }),
    ];
    expect(seen.slice(0, 2)).toEqual([`Bearer ${canary}`, canary]);
    expect(outcomes[1]?.detail).toContain('[secret]');
    expect(outcomes[3]?.detail).toContain('CORTEX_TEST_UNSET');
    const shown = JSON.stringify(outcomes);
    expect(shown).not.toContain(canary);
    expect(shown).not.toContain(Buffer.from(canary).toString('base64'));
    delete process.env['CORTEX_TEST_CANARY'];
  });

  it('sees a server killed, frozen and back again', async () => {
    const server = await startHttpProcess();
    const { port } = server;
    expect(await check({ port })).toMatchObject({ result: 'pass' });
    server.process.signal('SIGSTOP');
    expect(await check({ port }, 300)).toMatchObject({ result: 'timeout' });
    server.process.signal('SIGCONT');
    await eventually(async () => expect(await check({ port })).toMatchObject({ result: 'pass' }));
    await server.process.kill();
    expect(await check({ port })).toMatchObject({ result: 'fail' });
    const next = await startHttpProcess(port);
    expect(await check({ port })).toMatchObject({ result: 'pass' });
    await next.process.kill();
  });

  it('leaves no socket behind over two thousand runs', async () => {
    const port = await serve((_request, response) => void response.end('{"a":1}'));
    const params = { port, json: 'a == 1' };
    let failed = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const outcome = await check(params);
      if (outcome.result !== 'pass') failed += 1;
    }
    expect(failed).toBe(0);
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('never asks what must not be asked', async () => {
    const refused = await check({ host: '0xa9fea9fe', port: 80 });
    expect(refused).toMatchObject({ result: 'error' });
    expect(refused.detail).toContain('always refused');
    const port = await serve((_request, response) => void response.end());
    const forbidden = await run({ port }, { outbound: { privateAddresses: 'forbid', allowedRanges: [] } });
    expect(forbidden.detail).toContain('safety.outbound');
    const allowed = await run({ port }, { outbound: { privateAddresses: 'forbid', allowedRanges: ['127.0.0.0/8'] } });
    expect(allowed).toMatchObject({ result: 'pass' });
  });

  it('refuses parameters that mean nothing', async () => {
    for (const params of [
      { url: 'file:///etc/passwd' },
      { url: 'http://user:x@localhost/' },
      { port: 80, expected_status: [] },
      { port: 80, expected_status: '7xx' },
      { port: 80, tls_expiry: '>1d' },
      { port: 80, json: 'a = 1' },
      { port: 80, headers: { 'content-length': '5' } },
      { port: 80, path: '/a b' },
    ]) {
      expect(await check(params as JsonRecord)).toMatchObject({
        result: 'error',
        detail: expect.stringContaining('parameters of http_endpoint are wrong'),
      });
    }
  });
});
