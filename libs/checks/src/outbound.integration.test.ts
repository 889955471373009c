import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, isIP } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { JsonRecord } from '@cortex/contracts';
import { defaultOutboundPolicy, OutboundRefusedError } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';
import { createRedactor } from '@cortex/secrets';
import { temporaryFolder } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPostgresProgram } from './comprehensive/backup-integrity/postgres-program.ts';
import { resolvePostgresAddress } from './postgres/postgres-address.ts';
import { runOf } from './test/run-of.ts';

const forbidding: OutboundPolicy = { privateAddresses: 'forbid', allowedRanges: [] };
const folder = temporaryFolder('cortex-outbound-');
let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  writeFileSync(join(folder.path, 'backup'), 'SELECT 1;\n');
});
afterAll(() => {
  server.close();
  folder.remove();
});

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function behind(url: string): string {
  process.env['CORTEX_TEST_OUTBOUND'] = url;
  return 'env:CORTEX_TEST_OUTBOUND';
}

function kubeconfig(host: string): string {
  const path = join(folder.path, 'kubeconfig');
  const cluster = { server: `https://${inUrl(host)}:${port}`, 'insecure-skip-tls-verify': true };
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const users = [{ name: 'u', user: { token: 'token-of-nobody' } }];
  writeFileSync(
    path,
    JSON.stringify({ clusters: [{ name: 'c', cluster }], contexts: [context], users, 'current-context': 'c' }),
  );
  return path;
}

const postgres = (host: string): string => behind(`postgres://u:p@${inUrl(host)}:${port}/d`);
const rows = (host: string) => ({ connection: postgres(host), table: 't' });

/** Every way in which a check makes a connection. */
const ways: Readonly<Record<string, (host: string) => readonly [string, JsonRecord]>> = {
  tcp_port: (host) => ['tcp_port', { host, port }],
  http_endpoint: (host) => ['http_endpoint', { host, port }],
  api_dependency: (host) => ['api_dependency', { endpoint: '/', host, port }],
  end_to_end_workflow: (host) => [
    'end_to_end_workflow',
    { host, port, steps: ['look'], requests: { look: { path: '/' } } },
  ],
  performance_benchmark: (host) => ['performance_benchmark', { endpoint: '/', host, port, max_requests: 20 }],
  database_connectivity: (host) => ['database_connectivity', { connection: postgres(host) }],
  data_consistency: (host) => [
    'data_consistency',
    { sources: { a: rows(host), b: rows(host) }, references: [{ from: 'a.id', to: 'b.id' }] },
  ],
  backup_integrity: (host) => [
    'backup_integrity',
    { path: folder.path, pattern: 'backup', in_progress: '1ms', test_restore: 'schema', restore_into: postgres(host) },
  ],
  'cache_functionality, redis': (host) => ['cache_functionality', { type: 'redis', host, port }],
  'cache_functionality, redis by reference': (host) => [
    'cache_functionality',
    { type: 'redis', connection: behind(`redis://:p@${inUrl(host)}:${port}/0`) },
  ],
  'cache_functionality, redis with TLS': (host) => [
    'cache_functionality',
    { type: 'redis', connection: behind(`rediss://:p@${inUrl(host)}:${port}/0`) },
  ],
  'cache_functionality, memcached': (host) => ['cache_functionality', { type: 'memcached', host, port }],
  'message_queue, rabbitmq': (host) => ['message_queue', { type: 'rabbitmq', host, port }],
  'message_queue, rabbitmq with TLS': (host) => [
    'message_queue',
    { type: 'rabbitmq', connection: behind(`amqps://u:p@${inUrl(host)}:${port}`) },
  ],
  'message_queue, nats': (host) => ['message_queue', { type: 'nats', host, port }],
  dns_resolution: (host) => ['dns_resolution', { name: 'shop.example', server: `${inUrl(host)}:${port}` }],
  kubernetes_workload: (host) => ['kubernetes_workload', { name: 'shop', kubeconfig: kubeconfig(host) }],
  'security_posture, certificates': (host) => [
    'security_posture',
    { check_certificates: 'expiry > 30_days', certificates: [`${inUrl(host)}:${port}`] },
  ],
  'security_posture, secrets of Kubernetes': (host) => [
    'security_posture',
    {
      check_secrets_rotation: 'age < 90_days',
      secrets: [{ kubernetes_secret: 'shop', kubeconfig: kubeconfig(host) }],
    },
  ],
};

const places: readonly (readonly [string, OutboundPolicy])[] = [
  ['169.254.169.254', defaultOutboundPolicy],
  ['fd00:ec2::254', defaultOutboundPolicy],
  ['127.0.0.1', forbidding],
  ['localhost', forbidding],
];

describe('no check connects where it must not', () => {
  it.each(Object.keys(ways))('%s', async (way) => {
    for (const [host, outbound] of places) {
      // A name server is always named by its address.
      if (way === 'dns_resolution' && isIP(host) === 0) continue;
      const [type, params] = ways[way]?.(host) ?? ['', {}];
      const outcome = await runOf(type, 'deep')(params, { outbound });
      expect({ host, ...outcome }).toMatchObject({
        host,
        result: 'error',
        evidence: { code: 'CORTEX_OUTBOUND_REFUSED' },
        detail: expect.stringContaining('refused to connect: '),
      });
    }
    expect(connections).toBe(0);
  });

  it('nor does a program that a check starts', async () => {
    for (const [host, outbound] of places) {
      const address = await resolvePostgresAddress(postgres(host), { outbound, redactor: createRedactor() });
      const ended = runPostgresProgram('psql', ['--command=SELECT 1'], address, AbortSignal.timeout(5_000));
      await expect(ended).rejects.toThrow(OutboundRefusedError);
    }
    expect(connections).toBe(0);
  });
});

describe('a name that does not resolve is reported as the reason', () => {
  it.each(Object.keys(ways).filter((way) => way !== 'dns_resolution'))('%s', async (way) => {
    const [type, params] = ways[way]?.('nobody.invalid') ?? ['', {}];
    const outcome = await runOf(type, 'deep')(params);
    expect(outcome).toMatchObject({
      // An unreachable API server says nothing about the workload.
      result: type === 'kubernetes_workload' ? 'error' : 'fail',
      detail: expect.stringContaining('the host name does not resolve'),
    });
  });
});
