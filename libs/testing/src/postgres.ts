import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestCertificate } from './certificate.ts';
import { writeCertificate } from './certificate-files.ts';
import { startServer } from './server-process.ts';
import type { ServerOptions, TestServer } from './server-process.ts';

const run = promisify(execFile);
const versions = '/usr/lib/postgresql';

export interface TestPostgres extends TestServer {
  readonly password: string;
  /** `postgres://postgres:password@127.0.0.1:port/postgres`, or another database. */
  url(database?: string): string;
  /** Starts a streaming replica of it. Stop it before its primary. */
  startReplica(): Promise<TestPostgres>;
}

/** A real Postgres with user `postgres` and a password of its own; more settings as `-c`, `max_connections=5`. */
export function startPostgres(flags: readonly string[] = [], certificate?: TestCertificate): Promise<TestPostgres> {
  const password = randomUUID();
  // Both files are read from the folder of its data.
  const settings = certificate === undefined ? flags : [...flags, '-c', 'ssl=on'];
  return start(settings, password, async (folder) => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password);
    giveToPostgres(folder, passwordFile);
    const how = [
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--no-locale',
    ];
    await runProgram('initdb', ['-D', join(folder, 'data'), '--no-sync', ...how]);
    if (certificate === undefined) return;
    const { certFile, keyFile } = writeCertificate(join(folder, 'data'), certificate);
    giveToPostgres(certFile, keyFile);
  });
}

async function start(
  flags: readonly string[],
  password: string,
  prepare: NonNullable<ServerOptions['prepare']>,
): Promise<TestPostgres> {
  const server = await startServer({
    name: 'postgres',
    prepare,
    argv: (folder, port) => [
      ...postgresArgv('postgres'),
      '-D',
      join(folder, 'data'),
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      folder,
      '-c',
      'fsync=off',
      '-c',
      'shared_buffers=16MB',
      '-c',
      'wal_level=replica',
      ...flags,
    ],
    ready: (started) => started.waitForLine('database system is ready to accept'),
    // SIGTERM waits for all clients to leave.
    endSignal: 'SIGINT',
  });
  const own = {
    password,
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${server.port}/${database}`,
    startReplica: () =>
      start(flags, password, async (folder) => {
        giveToPostgres(folder);
        const from = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
        await runProgram('pg_basebackup', ['-d', from, '-D', join(folder, 'data'), '-R', '-X', 'stream', '-c', 'fast']);
      }),
  };
  return Object.defineProperties(own as TestPostgres, Object.getOwnPropertyDescriptors(server));
}

async function runProgram(name: string, argv: readonly string[]): Promise<void> {
  const [program = name, ...rest] = [...postgresArgv(name), ...argv];
  await run(program, rest, { cwd: '/' });
}

/** How a program of Postgres is called: as the user postgres where this is root, as which it refuses to run. */
export function postgresArgv(name: string): readonly string[] {
  const program = programPath(name);
  if (process.getuid?.() !== 0) return [program];
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--', program];
}

/** Makes files and folders those of the user that {@link postgresArgv} calls as. */
export function giveToPostgres(...paths: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  // The package makes this folder for its user.
  const { uid, gid } = statSync('/var/lib/postgresql');
  for (const path of paths) chownSync(path, uid, gid);
}

/** Debian keeps each version in a folder of its own, outside PATH. */
function programPath(name: string): string {
  const known = existsSync(versions) ? readdirSync(versions).sort((left, right) => Number(right) - Number(left)) : [];
  return known.map((version) => join(versions, version, 'bin', name)).find((path) => existsSync(path)) ?? name;
}
