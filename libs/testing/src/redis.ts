import { join } from 'node:path';
import type { TestCertificate } from './certificate.ts';
import { writeCertificate } from './certificate-files.ts';
import { startServer } from './server-process.ts';
import type { TestServer } from './server-process.ts';

export interface TestRedis extends TestServer {
  /** `redis://:password@127.0.0.1:port`, or `rediss://` */
  readonly url: string;
}

/** A real Redis; more flags as `--requirepass`, `--maxmemory`, `--replicaof`. With a certificate it speaks TLS alone. */
export async function startRedis({
  password,
  flags = [],
  certificate,
}: {
  readonly password?: string;
  readonly flags?: readonly string[];
  readonly certificate?: TestCertificate;
} = {}): Promise<TestRedis> {
  const own = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const server = await startServer({
    name: 'redis',
    ...(certificate === undefined ? {} : { prepare: async (folder) => void writeCertificate(folder, certificate) }),
    argv: (folder, port) => [
      'redis-server',
      ...(certificate === undefined ? ['--port', String(port)] : tlsFlags(folder, port)),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
      // A replica need not wait for others to come.
      '--repl-diskless-sync-delay',
      '0',
      ...own,
      ...flags,
    ],
    ready: (started) => started.waitForLine('Ready to accept connections'),
  });
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const url = `${certificate === undefined ? 'redis' : 'rediss'}://${credentials}127.0.0.1:${server.port}`;
  return Object.defineProperties({ url } as TestRedis, Object.getOwnPropertyDescriptors(server));
}

function tlsFlags(folder: string, port: number): readonly string[] {
  const files = ['--tls-cert-file', join(folder, 'server.crt'), '--tls-key-file', join(folder, 'server.key')];
  return ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
}
