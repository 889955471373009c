import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CortexError } from '@cortex/errors';
import { checkedAddresses } from '@cortex/outbound';
import type { PostgresAddress } from '../../postgres/postgres-address.ts';

const maxOutputLength = 4 * 1_048_576;
const maxErrorLength = 2_000;

/** The error output of a program of Postgres. */
export class ProgramError extends CortexError {
  constructor(message: string) {
    super('CORTEX_CHECK_RESTORE', message);
  }
}

/** Runs it without a shell; the credentials are in its environment alone. It ends with the signal, by SIGKILL. */
export async function runPostgresProgram(
  program: 'pg_restore' | 'psql',
  argv: readonly string[],
  address: PostgresAddress,
  signal: AbortSignal,
  input?: Readable,
): Promise<string> {
  const env = await environment(address);
  signal.throwIfAborted();
  const child = spawn(program, argv, {
    env,
    cwd: '/',
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let [output, said] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(0, maxOutputLength)));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, maxErrorLength)));
  const ended = new Promise<number | Error>((resolve) => {
    let failure: Error | undefined;
    child.once('error', (error) => (child.pid === undefined ? resolve(error) : (failure = error)));
    child.once('close', (code) => resolve(failure ?? code ?? -1));
  });
  // A program that ends early stops reading; its error output says why.
  const fed =
    input === undefined || child.stdin === null
      ? undefined
      : pipeline(input, child.stdin).catch((error: unknown) => error);
  const end = await ended;
  input?.destroy();
  const unread = await fed;
  signal.throwIfAborted();
  if (end instanceof Error)
    throw new CortexError('CORTEX_CHECK_NOT_MADE', `${program} cannot be run: is it installed?`);
  if (end !== 0) throw new ProgramError(`${program}: ${said.trim() || `ended with ${end}`}`);
  if (unread instanceof Error) throw new ProgramError(`the backup cannot be read: ${unread.message}`);
  return output;
}

async function environment(address: PostgresAddress): Promise<Record<string, string>> {
  const { host, port, user, password, tls, outbound } = address;
  // It connects by itself, so it gets the checked addresses; the name is for the certificate.
  const addresses = host.startsWith('/') ? [] : await checkedAddresses(host, outbound);
  const verified = tls !== false && tls.rejectUnauthorized;
  const encrypted = verified ? 'verify-full' : 'require';
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    PGHOST: addresses.length === 0 ? host : addresses.map(() => host).join(','),
    ...(addresses.length === 0 ? {} : { PGHOSTADDR: addresses.join(',') }),
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGPASSFILE: '/dev/null',
    PGAPPNAME: 'cortex/backup_integrity',
    PGSSLMODE: tls === false ? 'disable' : encrypted,
    ...(tls !== false && tls.caFile !== undefined ? { PGSSLROOTCERT: tls.caFile } : {}),
  };
}
