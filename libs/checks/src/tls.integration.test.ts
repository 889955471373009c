import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonRecord } from '@cortex/contracts';
import { defaultOutboundPolicy } from '@cortex/outbound';
import { createRedactor } from '@cortex/secrets';
import {
  freePort,
  makeCertificate,
  startPostgres,
  startRabbitmq,
  startRedis,
  startServer,
  temporaryFolder,
  writeCertificate,
} from '@cortex/testing';
import type { TestCertificate } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPostgresProgram } from './comprehensive/backup-integrity/postgres-program.ts';
import { resolvePostgresAddress } from './postgres/postgres-address.ts';
import { ask } from './test/ask.ts';

const dayMs = 86_400_000;
const password = 'canary-tls-4711';
const good = makeCertificate(new Date(Date.now() + 30 * dayMs));
const expired = makeCertificate(new Date(Date.now() - dayMs));
const other = makeCertificate(new Date(Date.now() + 30 * dayMs));
const folder = temporaryFolder('cortex-tls-');

function caFile(name: string, { cert }: TestCertificate): string {
  const path = join(folder.path, name);
  writeFileSync(path, cert);
  return path;
}
const goodCa = caFile('good.pem', good);
const expiredCa = caFile('expired.pem', expired);
const otherCa = caFile('other.pem', other);

function behind(url: string): string {
  process.env['CORTEX_TEST_TLS'] = url;
  return 'env:CORTEX_TEST_TLS';
}

interface Kind {
  /** A server with a certificate, and the URL that demands TLS. */
  start(certificate: TestCertificate): Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** A server without. */
  startPlain(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  check(url: string, ca: string | undefined): readonly [string, JsonRecord];
  readonly refusal: RegExp;
}

const noMore = (): Promise<void> => Promise.resolve();
const postgresUrl = (url: string, ca: string | undefined): string =>
  `${url}?sslmode=verify-full${ca === undefined ? '' : `&sslrootcert=${ca}`}`;
const withCa = (ca: string | undefined) => (ca === undefined ? {} : { ca_file: ca });

const kinds: Readonly<Record<string, Kind>> = {
  postgres: {
    start: async (certificate) => {
      const server = await startPostgres([], certificate);
      return { url: server.url(), stop: server.stop };
    },
    startPlain: async () => {
      const server = await startPostgres();
      return { url: server.url(), stop: server.stop };
    },
    check: (url, ca) => ['database_connectivity', { connection: behind(postgresUrl(url, ca)) }],
    refusal: /does not support SSL/,
  },
  redis: {
    start: (certificate) => startRedis({ password, certificate }),
    startPlain: async () => {
      const server = await startRedis({ password });
      return { url: server.url.replace('redis:', 'rediss:'), stop: server.stop };
    },
    check: (url, ca) => ['cache_functionality', { type: 'redis', connection: behind(url), ...withCa(ca) }],
    // It waits for a line to end, which may never come.
    refusal: /does not speak TLS|the connection broke|no answer within/,
  },
  rabbitmq: {
    start: async (certificate) => {
      const server = await startRabbitmq(certificate);
      return { url: `amqps://guest:guest@127.0.0.1:${server.tlsPort}`, stop: server.stop };
    },
    startPlain: async () => {
      const server = await startRabbitmq();
      return { url: `amqps://guest:guest@127.0.0.1:${server.port}`, stop: server.stop };
    },
    check: (url, ca) => ['message_queue', { type: 'rabbitmq', connection: behind(url), ...withCa(ca) }],
    refusal: /does not speak TLS/,
  },
  nats: {
    start: async (certificate) => startNats(certificate),
    startPlain: () => startNats(undefined),
    check: (url, ca) => ['message_queue', { type: 'nats', connection: behind(url), ...withCa(ca) }],
    refusal: /does not speak TLS/,
  },
};

async function startNats(certificate: TestCertificate | undefined) {
  const server = await startServer({
    name: 'nats',
    argv: (store, port) => {
      const files = certificate === undefined ? undefined : writeCertificate(store, certificate);
      const tls = files === undefined ? [] : ['--tls', '--tlscert', files.certFile, '--tlskey', files.keyFile];
      return ['nats-server', '-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(store, 'store'), ...tls];
    },
    ready: (started) => started.waitForLine('Server is ready'),
  });
  return { url: `tls://127.0.0.1:${server.port}`, stop: server.stop };
}

afterAll(() => folder.remove());

describe.each(Object.keys(kinds))('%s over TLS', (name) => {
  const kind = kinds[name] as Kind;
  const servers: Record<'good' | 'expired' | 'plain', { readonly url: string; stop(): Promise<void> }> = {
    good: { url: '', stop: noMore },
    expired: { url: '', stop: noMore },
    plain: { url: '', stop: noMore },
  };
  beforeAll(async () => {
    await Promise.all([
      kind.start(good).then((server) => (servers.good = server)),
      kind.start(expired).then((server) => (servers.expired = server)),
      kind.startPlain().then((server) => (servers.plain = server)),
    ]);
  }, 120_000);
  afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())));

  const check = (server: keyof typeof servers, ca: string | undefined, timeoutMs?: number) =>
    ask(...kind.check(servers[server].url, ca), timeoutMs);

  it('passes when the authority in the file vouches for the server', async () => {
    expect(await check('good', goodCa)).toMatchObject({ result: 'pass' });
  });

  it('refuses a server that another authority would have to vouch for, and says so', async () => {
    for (const ca of [otherCa, undefined]) {
      expect(await check('good', ca)).toMatchObject({
        result: 'fail',
        detail: expect.stringContaining('the certificate is of no trusted authority'),
      });
    }
  });

  it('refuses a certificate that has expired, and says so', async () => {
    expect(await check('expired', expiredCa)).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('the certificate has expired'),
    });
  });

  it('refuses a server without TLS', async () => {
    const { result, detail } = await check('plain', goodCa, 2_000);
    expect(result).not.toBe('pass');
    expect(detail).toMatch(kind.refusal);
  });
});

describe('TLS', () => {
  it('is asked for as well by the programs that restore a backup', async () => {
    const server = await startPostgres([], good);
    const run = async (ca: string): Promise<string> => {
      const context = { outbound: defaultOutboundPolicy, redactor: createRedactor() };
      const address = await resolvePostgresAddress(behind(postgresUrl(server.url(), ca)), context);
      const argv = [
        '--no-psqlrc',
        '--command=SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
        '--tuples-only',
      ];
      return runPostgresProgram('psql', [...argv, '--dbname=postgres'], address, AbortSignal.timeout(10_000));
    };
    try {
      expect((await run(goodCa)).trim()).toBe('t');
      await expect(run(otherCa)).rejects.toThrow('certificate verify failed');
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['cache_functionality', { type: 'redis' }, 'redis://127.0.0.1'],
    ['message_queue', { type: 'rabbitmq' }, 'amqp://127.0.0.1'],
  ])('%s: authorities that no connection would ask are a mistake', async (type, params, url) => {
    const connection = behind(`${url}:${await freePort()}`);
    const outcome = await ask(type, { ...params, connection, ca_file: goodCa });
    expect(outcome).toMatchObject({ result: 'error', detail: expect.stringContaining('no TLS') });
    expect(await ask(type, { ...params, ca_file: goodCa })).toMatchObject({
      detail: expect.stringContaining('ca_file: needs a connection'),
    });
  });
});
