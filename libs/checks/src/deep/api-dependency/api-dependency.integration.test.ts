import type { JsonRecord } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttpProcess } from '../../test/http-process.ts';
import { runOf } from '../../test/run-of.ts';
import { closeServers, openSockets, serve } from '../../test/servers.ts';

const run = runOf('api_dependency', 'deep');

afterEach(closeServers);

function ask(port: number, params: JsonRecord = {}, timeoutMs = 3_000) {
  return run({ endpoint: '/api/v1/health/deep', ...params }, { facts: { port }, timeoutMs });
}

describe('api_dependency', () => {
  it('asks the instance, as the specification writes it', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(204).end();
    });
    expect(await ask(port)).toMatchObject({ result: 'pass', evidence: { status: 204 } });
    expect(seen).toEqual(['GET /api/v1/health/deep']);
  });

  it('fails when the answer says that it does not work', async () => {
    const port = await serve((_request, response) => void response.end('{"status":"DEGRADED"}'));
    const outcome = await ask(port, { json: 'status == "UP"' });
    expect(outcome).toMatchObject({ result: 'fail', evidence: { status: 200 } });
    expect(outcome.detail).toContain('expected status == "UP", but status is "DEGRADED"');
  });

  it('fails on another status, and follows no redirect', async () => {
    const port = await serve((_request, response) => response.writeHead(302, { location: '/else' }).end());
    expect((await ask(port)).detail).toContain('answered 302, expected 2xx');
  });

  it('sees its server frozen, killed and back again', async () => {
    const { process: server, port } = await startHttpProcess();
    const params = { json: 'status == "UP"' };
    expect(await ask(port, params)).toMatchObject({ result: 'pass' });
    server.signal('SIGSTOP');
    expect(await ask(port, params, 300)).toMatchObject({ result: 'timeout' });
    await server.kill();
    expect((await ask(port, params)).detail).toContain('connection refused');
    const next = await startHttpProcess(port);
    expect(await ask(port, params)).toMatchObject({ result: 'pass' });
    await next.process.kill();
  });

  it('leaves no socket behind over two thousand runs', async () => {
    const port = await serve((_request, response) => void response.end('{"status":"UP"}'));
    let failed = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const outcome = await ask(port, { json: 'status == "UP"' });
      if (outcome.result !== 'pass') failed += 1;
    }
    expect(failed).toBe(0);
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('needs an endpoint', async () => {
    expect((await run({})).detail).toContain('parameters of api_dependency are wrong');
    expect((await run({ endpoint: '//evil.example' })).detail).toContain('parameters');
  });
});
