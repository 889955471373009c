import { startServer } from './server-process.ts';
import type { TestServer } from './server-process.ts';

export interface TestRedis extends TestServer {
  /** `redis://:password@127.0.0.1:port` */
  readonly url: string;
}

/** A real Redis; more flags as `--requirepass`, `--maxmemory`, `--replicaof`. */
export async function startRedis({
  password,
  flags = [],
}: { readonly password?: string; readonly flags?: readonly string[] } = {}): Promise<TestRedis> {
  const own = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const server = await startServer({
    name: 'redis',
    argv: (folder, port) => [
      'redis-server',
      '--port',
      String(port),
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
  const url = `redis://${credentials}127.0.0.1:${server.port}`;
  return Object.defineProperties({ url } as TestRedis, Object.getOwnPropertyDescriptors(server));
}
