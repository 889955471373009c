import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Instance } from '@cortex/contracts';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { runCheck } from '../../run-check.ts';

function check(params: JsonRecord): Promise<CheckOutcome> {
  const target = { service: 'shop', instance: 'shop-1' };
  const definition = { name: 'port', type: 'tcp_port', tier: 'shallow' as const, target, params };
  return runCheck({ ...definition, timeoutMs: 1_000, retries: 0 }, Instance.parse({ id: 'shop-1' }), {
    now: () => new Date(),
  });
}

describe('tcp_port', () => {
  it('passes while the port is open and fails once it is closed', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await check({ port })).toMatchObject({ result: 'pass', evidence: { port } });

    await new Promise((resolve) => server.close(resolve));
    const outcome = await check({ host: '127.0.0.1', port });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('connection refused');
  });

  it('calls a name that does not resolve a failure', async () => {
    const outcome = await check({ host: 'no-such-host.invalid', port: 80 });
    expect(['fail', 'timeout']).toContain(outcome.result);
  });

  it('refuses a port that cannot be', async () => {
    expect(await check({ port: 0 })).toMatchObject({ result: 'error' });
  });
});
