import { readFile } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';
import type { OutboundPolicy } from '@cortex/outbound';
import { resolveSecret } from '@cortex/secrets';
import type { CheckContext } from '../define-check.ts';

/** Address, credentials and connection policy of a Postgres server. */
export interface PostgresAddress {
  /** The name for people: the reference, never its value. */
  readonly name: string;
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: false | { readonly rejectUnauthorized: boolean; readonly ca?: string; readonly caFile?: string };
  readonly outbound: OutboundPolicy;
}

/** Reads `postgres://user:password@host:port/database?sslmode=…` behind a reference. Its errors never show the address. */
export async function resolvePostgresAddress(
  reference: string,
  { outbound, redactor }: Pick<CheckContext, 'outbound' | 'redactor'>,
): Promise<PostgresAddress> {
  const secret = await resolveSecret(reference);
  const wrong = (problem: string): Error =>
    new CortexError('CORTEX_CHECK_NOT_MADE', `the connection behind ${reference} ${problem}`);
  if (!URL.canParse(secret) || !/^postgres(ql)?:\/\//.test(secret)) {
    throw wrong('is not of the form postgres://user:password@host:port/database');
  }
  const url = new URL(secret);
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong('has a % that encodes nothing');
    }
  };
  const known = new Set(['sslmode', 'sslrootcert', 'host']);
  const strange = [...url.searchParams.keys()].find((key) => !known.has(key));
  if (strange !== undefined) throw wrong(`has a parameter that is not supported: use ${[...known].join(', ')}`);
  const password = decode(url.password);
  redactor.hide(secret);
  if (password !== '') for (const form of [password, url.password]) redactor.hide(form);
  return {
    name: reference,
    host: decode(url.searchParams.get('host') ?? (url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1')),
    port: Number(url.port || 5432),
    user: decode(url.username) || 'postgres',
    password,
    database: decode(url.pathname.slice(1)) || decode(url.username) || 'postgres',
    tls: await tlsOf(url.searchParams, wrong),
    outbound,
  };
}

async function tlsOf(query: URLSearchParams, wrong: (problem: string) => Error): Promise<PostgresAddress['tls']> {
  const mode = query.get('sslmode') ?? 'disable';
  const rootCertificate = query.get('sslrootcert');
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-full': {
      if (rootCertificate === null) return { rejectUnauthorized: true };
      const ca = await readFile(rootCertificate, 'utf8').catch(() => {
        throw wrong('names an sslrootcert that cannot be read');
      });
      return { rejectUnauthorized: true, ca, caFile: rootCertificate };
    }
    default:
      throw wrong('has another sslmode than disable, require or verify-full');
  }
}
