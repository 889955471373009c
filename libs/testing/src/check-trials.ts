import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonRecord } from '@cortex/contracts';
import { freePort } from '@cortex/local-stack';
import { makeCertificate } from './certificate.ts';
import { startDns } from './dns.ts';
import { startKubernetes } from './kubernetes.ts';
import { startMemcached } from './memcached.ts';
import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import { temporaryFolder } from './temporary-folder.ts';

type Params = JsonRecord;

/** One check with its real server, and parameters with which it passes, fails and times out. */
export interface CheckTrial {
  /** `cache_functionality, redis` */
  readonly name: string;
  readonly type: string;
  readonly passing: Params;
  /** The server is missing, or not as expected. */
  readonly failing: Params;
  /** The server accepts the connection and sends nothing. Absent for checks without a server. */
  readonly hanging?: Params;
  /** The cost of a run: `heavy` starts programs or reads about every process, `very heavy` restores a database. */
  readonly weight: 'light' | 'heavy' | 'very heavy';
}

export interface CheckTrials {
  readonly trials: readonly CheckTrial[];
  /** The values behind the references of the trials. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Every kind of check, with the servers that it needs. */
export async function startCheckTrials(): Promise<CheckTrials> {
  const folder = temporaryFolder('cortex-trials-');
  const [postgres, redis, memcached, rabbitmq, nats, kubernetes, dns] = await Promise.all([
    startPostgres(),
    startRedis(),
    startMemcached(),
    startRabbitmq(),
    startNats(),
    startKubernetes(),
    startDns(),
  ]);
  const site = createHttpServer((request, response) => {
    response.writeHead(request.url === '/well' ? 200 : 503).end('{"status":"UP"}');
  });
  // It reads, so that it notices when the other side is gone.
  const hole = createServer((socket) => void socket.on('error', () => undefined).resume());
  const [web, silent, dead] = [await listen(site), await listen(hole), await freePort()];
  kubernetes.objects.push({
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'shop' } } },
    status: { readyReplicas: 1 },
  });
  const pem = join(folder.path, 'long.pem');
  writeFileSync(pem, makeCertificate(new Date(Date.now() + 90 * 86_400_000)).cert);
  writeFileSync(join(folder.path, 'pid'), String(process.pid));
  await makeBackup(postgres.url(), join(folder.path, 'shop.dump'));

  const env: Record<string, string> = {};
  const behind = (url: string): string => {
    const name = `CORTEX_TRIAL_${Object.keys(env).length}`;
    env[name] = url;
    return `env:${name}`;
  };
  const trials: CheckTrial[] = [];
  const add = (
    type: string,
    [passing, failing, hanging]: readonly [Params, Params, Params?],
    { kind, weight = 'light' }: { readonly kind?: string; readonly weight?: CheckTrial['weight'] } = {},
  ): void => {
    const name = kind === undefined ? type : `${type}, ${kind}`;
    trials.push({ name, type, passing, failing, weight, ...(hanging === undefined ? {} : { hanging }) });
  };
  /** The same request to a server that answers, to none, and to a silent one. */
  const asked = (good: number, params: (port: number) => Params): readonly [Params, Params, Params] => [
    params(good),
    params(dead),
    params(silent),
  ];
  const host = '127.0.0.1';

  add('tcp_port', [
    { host, port: web },
    { host, port: dead },
  ]);
  add(
    'http_endpoint',
    asked(web, (port) => ({ host, port, path: '/well' })),
  );
  add(
    'api_dependency',
    asked(web, (port) => ({ host, port, endpoint: '/well', json: 'status == "UP"' })),
  );
  add(
    'end_to_end_workflow',
    asked(web, (port) => ({ host, port, steps: ['look'], requests: { look: { path: '/well' } } })),
  );
  add(
    'performance_benchmark',
    asked(web, (port) => ({ host, port, endpoint: '/well', concurrent_requests: 3, max_requests: 9 })),
    { weight: 'heavy' },
  );
  const database = (port: number): string =>
    behind(`postgres://postgres:${postgres.password}@${host}:${port}/postgres`);
  add(
    'database_connectivity',
    asked(postgres.port, (port) => ({ connection: database(port) })),
  );
  const rows = (port: number): Params => ({ connection: database(port), query: 'SELECT 1 AS id' });
  const references = [{ from: 'a.id', to: 'b.id' }];
  add(
    'data_consistency',
    asked(postgres.port, (port) => ({ sources: { a: rows(port), b: rows(port) }, references })),
  );
  const backups = { path: folder.path, pattern: '*.dump', in_progress: '1ms' };
  add('backup_integrity', [backups, { ...backups, max_age: '<1ms' }], { kind: 'files' });
  add(
    'backup_integrity',
    asked(postgres.port, (port) => ({ ...backups, test_restore: 'schema', restore_into: database(port) })),
    { kind: 'restored', weight: 'very heavy' },
  );
  add(
    'cache_functionality',
    asked(redis.port, (port) => ({ type: 'redis', host, port })),
    { kind: 'redis' },
  );
  add(
    'cache_functionality',
    asked(memcached.port, (port) => ({ type: 'memcached', host, port })),
    { kind: 'memcached' },
  );
  add(
    'message_queue',
    asked(rabbitmq.port, (port) => ({ type: 'rabbitmq', host, port })),
    { kind: 'rabbitmq' },
  );
  add(
    'message_queue',
    asked(nats.port, (port) => ({ type: 'nats', host, port })),
    { kind: 'nats' },
  );
  dns.answer = ({ name }) => {
    if (name === 'silent.example') return undefined;
    return name === 'well.example' ? { answers: [{ type: 'A', name, data: '192.0.2.1' }] } : { code: 'NXDOMAIN' };
  };
  const named = (name: string): Params => ({ name, server: `${host}:${dns.port}` });
  add('dns_resolution', [named('well.example'), named('gone.example'), named('silent.example')]);
  add(
    'kubernetes_workload',
    [
      { name: 'shop', kubeconfig: kubernetes.kubeconfig },
      { name: 'gone', kubeconfig: kubernetes.kubeconfig },
    ],
    { weight: 'heavy' },
  );
  const certificates = (place: string): Params => ({ check_certificates: 'expiry > 30_days', certificates: [place] });
  add('security_posture', [certificates(pem), certificates(`${host}:${dead}`), certificates(`${host}:${silent}`)]);
  add('filesystem_io', [{ write_test_file: join(folder.path, 'probe') }, { write_test_file: '/nowhere/probe' }], {
    weight: 'heavy',
  });
  add('process_running', [{ pid_file: join(folder.path, 'pid') }, { pid_file: join(folder.path, 'none') }]);
  add('basic_metrics', [
    { memory_available: '>1MB', disk_space: '>1KB', file_descriptors: '<100%' },
    { memory_available: '>1000000GB' },
  ]);
  add('writable_filesystem', [{ path: folder.path }, { path: join(folder.path, 'none') }]);
  add('no_active_backups', [{ programs: ['no-such-program'] }, { programs: ['redis-server'] }], { weight: 'heavy' });
  add('sufficient_permissions', [{ readable: folder.path }, { readable: join(folder.path, 'none') }]);

  return {
    trials,
    env,
    async stop() {
      site.closeAllConnections();
      for (const server of [site, hole]) server.close();
      await Promise.all([postgres, redis, memcached, rabbitmq, nats, kubernetes, dns].map((server) => server.stop()));
      folder.remove();
    },
  };
}

async function makeBackup(url: string, path: string): Promise<void> {
  const run = promisify(execFile);
  await run('psql', ['--command=CREATE TABLE users AS SELECT 1 AS id', url]);
  await run('pg_dump', ['--format=custom', `--file=${path}`, url]);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
