import type { JsonRecord } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttpProcess } from '../../test/http-process.ts';
import { runOf } from '../../test/run-of.ts';
import { closeServers, openSockets, serve } from '../../test/servers.ts';

const run = runOf('performance_benchmark', 'comprehensive');

function measure(port: number, params: JsonRecord = {}, timeoutMs = 30_000, signal?: AbortSignal) {
  const own = { endpoint: '/api/v1/search', concurrent_requests: 50, expected_p95_latency: '<500ms' };
  return run(
    { ...own, expected_error_rate: '<0.1%', ...params },
    { facts: { port }, timeoutMs, ...(signal === undefined ? {} : { signal }) },
  );
}

afterEach(closeServers);

describe('performance_benchmark', () => {
  it('sends as many requests as its budget, over no more connections than it may', async () => {
    let requests = 0;
    let most = 0;
    const port = await serve((_request, response) => {
      requests += 1;
      most = Math.max(most, openSockets());
      response.end('found');
    });
    const outcome = await measure(port, { expected_p95_latency: '<30s' });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { requests: 500, errors: 0, errorRatePercent: 0 } });
    expect(requests).toBe(500);
    expect(most).toBeLessThanOrEqual(50);
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('never exceeds a budget that is smaller than its concurrency', async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    expect(await measure(port, { max_requests: 7 })).toMatchObject({ evidence: { requests: 7 } });
    expect(requests).toBe(7);
  });

  it('fails on slow answers', async () => {
    const port = await serve((_request, response) => void setTimeout(() => response.end(), 50));
    const outcome = await measure(port, { expected_p95_latency: '<10ms', max_requests: 100 });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toMatch(/p95 was [\d.]+ ms, expected <10ms/);
  });

  it('fails on errors, and names them', async () => {
    let count = 0;
    const port = await serve((request, response) => {
      count += 1;
      if (count % 10 === 0) response.writeHead(503).end();
      else if (count % 10 === 1) request.socket.destroy();
      else response.end();
    });
    const outcome = await measure(port, { max_requests: 100 });
    expect(outcome).toMatchObject({ result: 'fail', evidence: { errors: expect.any(Number) } });
    expect(outcome.detail).toContain('requests failed, expected <0.1%');
    expect(outcome.detail).toContain('answered 503, expected 2xx');
  });

  it('counts answers that never come as errors and as slow, and cuts them off', async () => {
    const port = await serve(() => undefined);
    const outcome = await measure(port, { duration: '100ms', max_requests: 20, concurrent_requests: 5 });
    expect(outcome).toMatchObject({ result: 'fail', evidence: { requests: 5, unfinished: 5 } });
    expect(outcome.detail).toContain('5× no answer before the end');
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('stops at once when told, and closes every connection', async () => {
    let requests = 0;
    const port = await serve(() => {
      requests += 1;
    });
    const stop = new AbortController();
    const running = measure(port, {}, 30_000, stop.signal);
    await eventually(() => expect(requests).toBe(50));
    stop.abort();
    expect(await running).toMatchObject({ result: 'error', detail: 'stopped before it ended' });
    await eventually(() => expect(openSockets()).toBe(0));
    expect(requests).toBe(50);
  });

  it('sees its server frozen, killed and back again', async () => {
    const { process: server, port } = await startHttpProcess();
    const small = { max_requests: 20, concurrent_requests: 4, duration: '200ms', expected_p95_latency: '<1s' };
    expect(await measure(port, small)).toMatchObject({ result: 'pass' });
    server.signal('SIGSTOP');
    expect(await measure(port, small)).toMatchObject({ result: 'fail', evidence: { unfinished: 4 } });
    await server.kill();
    expect((await measure(port, small)).detail).toContain('connection refused');
    const next = await startHttpProcess(port);
    expect(await measure(port, small)).toMatchObject({ result: 'pass' });
    await next.process.kill();
  });

  it('takes no bounds that mean nothing', async () => {
    for (const params of [
      { max_requests: 1e9 },
      { concurrent_requests: 0 },
      { duration: '0s' },
      { duration: '1h' },
      { expected_p95_latency: '>500ms' },
      { expected_error_rate: '<0%' },
    ]) {
      expect((await measure(1, params)).detail).toContain('parameters of performance_benchmark are wrong');
    }
  });
});
