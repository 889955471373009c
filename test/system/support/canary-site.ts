import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { freePort, startKubernetes, startPostgres, startRabbitmq, startRedis, startServer } from '@cortex/testing';
import { Client } from 'pg';
import { canary } from './canary.ts';

type Expected = 'pass' | 'fail' | 'timeout' | 'error';

export interface CanaryCheck {
  readonly name: string;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** How it must end, so that each kind of end is looked at. */
  readonly ends: Expected;
}

export interface CanarySite {
  readonly checks: readonly CanaryCheck[];
  /** Holds the canary and what is made of it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const encoded = encodeURIComponent(canary);
const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** Real servers whose password is the canary, servers that give it back in every form, and checks of all kinds on them. */
export async function startCanarySite(folder: string): Promise<CanarySite> {
  const [postgres, redis, rabbitmq, nats, kubernetes] = await Promise.all([
    startPostgres(),
    startRedis({ password: canary }),
    startRabbitmq(),
    startQueueNats(),
    startKubernetes(),
  ]);
  await preparePostgres(postgres.url());
  await rabbitmq.control('change_password', 'guest', canary);
  const echo = createHttpServer((request, response) => {
    const said = { authorization: request.headers.authorization, canary, url: encoded, hex: hex() };
    response.writeHead(request.url === '/well' ? 200 : 500, { 'x-echo': encoded }).end(JSON.stringify(said));
  });
  const parrotAfter = (greeting: string) =>
    createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => socket.end(`-ERR wrong password ${canary}\r\n`));
      socket.write(greeting);
    });
  const parrot = parrotAfter('');
  const natsParrot = parrotAfter('INFO {"version":"2.9.10"}\r\n');
  const hole = createServer((socket) => void socket.on('error', () => undefined));
  const [http, parrotPort, natsParrotPort, holePort, deadPort] = [
    await listening(echo),
    await listening(parrot),
    await listening(natsParrot),
    await listening(hole),
    await freePort(),
  ];
  writeFileSync(join(folder, 'secret'), `${canary}\n`);
  const file = `file:${join(folder, 'secret')}`;
  const dump = join(folder, 'backup.sql');
  writeFileSync(dump, `SELECT '${canary}'::int;\n`);

  const env: Record<string, string> = {
    CANARY: canary,
    CANARY_BASIC: Buffer.from(`user:${canary}`).toString('base64'),
  };
  const checks: CanaryCheck[] = [];
  const add = (type: string, name: string, ends: Expected, params: CanaryCheck['params']): void => {
    checks.push({ name: `${type}-${name}`.replaceAll('_', '-'), type, ends, params });
  };
  const reference = (url: string): string => {
    const name = `CANARY_URL_${Object.keys(env).length}`;
    env[name] = url;
    return `env:${name}`;
  };

  const headers = { authorization: 'Bearer {{env:CANARY}}', 'x-file': file, 'x-basic': 'Basic {{env:CANARY_BASIC}}' };
  const asked = { headers, host: '127.0.0.1' };
  const told = { expected_headers: { 'x-echo': 'nothing' }, json: ['canary == "none"', 'authorization == "none"'] };
  for (const [type, path] of [
    ['http_endpoint', 'path'],
    ['api_dependency', 'endpoint'],
  ] as const) {
    add(type, 'pass', 'pass', { ...asked, port: http, [path]: '/well' });
    add(type, 'echo', 'fail', { ...asked, port: http, [path]: '/ill', ...told });
    add(type, 'dead', 'fail', { ...asked, port: deadPort, [path]: '/well' });
    add(type, 'slow', 'timeout', { ...asked, port: holePort, [path]: '/well' });
  }
  const steps = { look: { path: '/ill', method: 'POST', json_body: { password: file }, json: told.json } };
  add('end_to_end_workflow', 'echo', 'fail', { ...asked, port: http, steps: ['look'], requests: steps });
  add('end_to_end_workflow', 'slow', 'fail', { ...asked, port: holePort, steps: ['look'], requests: steps });
  const few = { ...asked, max_requests: 5, duration: '200ms' };
  add('performance_benchmark', 'pass', 'pass', { ...few, port: http, endpoint: '/well' });
  add('performance_benchmark', 'dead', 'fail', { ...few, port: deadPort, endpoint: '/well' });

  const database = (port: number, more = ''): string =>
    reference(`postgres://canary:${encoded}${more}@127.0.0.1:${port}/postgres`);
  add('database_connectivity', 'pass', 'pass', { connection: database(postgres.port) });
  add('database_connectivity', 'wrong', 'fail', { connection: database(postgres.port, '-wrong') });
  add('database_connectivity', 'dead', 'fail', { connection: database(deadPort) });
  add('database_connectivity', 'slow', 'timeout', { connection: database(holePort) });
  const row = { connection: database(postgres.port), action: 'SELECT token FROM tokens' };
  add('database_connectivity', 'row', 'fail', { ...row, condition: 'token == "none"' });
  add('database_connectivity', 'says', 'fail', { ...row, action: 'SELECT token::int FROM tokens' });
  const sources = {
    orders: { connection: database(postgres.port), table: 'tokens' },
    users: { connection: database(postgres.port), table: 'nobody' },
  };
  add('data_consistency', 'orphan', 'fail', { sources, references: [{ from: 'orders.token', to: 'users.token' }] });
  const backups = { path: folder, pattern: 'backup.sql', in_progress: '1ms', test_restore: 'schema' };
  add('backup_integrity', 'says', 'fail', { ...backups, restore_into: database(postgres.port) });
  add('backup_integrity', 'wrong', 'fail', { ...backups, restore_into: database(postgres.port, '-wrong') });

  const cache = (port: number, more = '') => ({
    type: 'redis',
    connection: reference(`redis://:${encoded}${more}@127.0.0.1:${port}/0`),
  });
  add('cache_functionality', 'pass', 'pass', cache(redis.port));
  add('cache_functionality', 'wrong', 'fail', cache(redis.port, '-wrong'));
  add('cache_functionality', 'dead', 'fail', cache(deadPort));
  add('cache_functionality', 'slow', 'timeout', cache(holePort));
  add('cache_functionality', 'echo', 'fail', cache(parrotPort));

  const queue = (type: string, scheme: string, user: string, port: number, more = '') => ({
    type,
    connection: reference(`${scheme}://${user}:${encoded}${more}@127.0.0.1:${port}`),
  });
  for (const [type, scheme, user, port, parrotOfKind] of [
    ['rabbitmq', 'amqp', 'guest', rabbitmq.port, parrotPort],
    ['nats', 'nats', 'canary', nats.port, natsParrotPort],
  ] as const) {
    add('message_queue', `${type}-pass`, 'pass', queue(type, scheme, user, port));
    add('message_queue', `${type}-wrong`, 'fail', queue(type, scheme, user, port, '-wrong'));
    add('message_queue', `${type}-dead`, 'fail', queue(type, scheme, user, deadPort));
    add('message_queue', `${type}-slow`, 'timeout', queue(type, scheme, user, holePort));
    add('message_queue', `${type}-echo`, 'fail', queue(type, scheme, user, parrotOfKind));
  }
  add('message_queue', 'form', 'error', { type: 'nats', connection: 'env:CANARY' });
  add('kubernetes_workload', 'none', 'fail', { name: 'shop', kubeconfig: kubernetes.kubeconfig });
  add('security_posture', 'pass', 'pass', { check_secrets_rotation: 'age < 90_days', secrets: [file.slice(5)] });

  const servers = [postgres, redis, rabbitmq, nats, kubernetes];
  return {
    checks,
    env,
    async stop() {
      for (const server of [echo, parrot, natsParrot, hole]) server.close();
      echo.closeAllConnections();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function hex(): string {
  return Buffer.from(canary).toString('hex');
}

async function preparePostgres(url: string): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const literal = `'${canary}'`;
  await admin.query(`CREATE ROLE canary LOGIN CREATEDB PASSWORD ${literal}`);
  await admin.query(`CREATE TABLE tokens AS SELECT ${literal}::text AS token; CREATE TABLE nobody (token text)`);
  await admin.query('GRANT SELECT ON tokens, nobody TO canary');
  await admin.end();
}

function startQueueNats() {
  return startServer({
    name: 'nats',
    argv: (store, port) => [
      'nats-server',
      '-a',
      '127.0.0.1',
      '-p',
      String(port),
      '-js',
      '-sd',
      join(store, 'store'),
      '--user',
      'canary',
      '--pass',
      canary,
    ],
    ready: (started) => started.waitForLine('Server is ready'),
  });
}
