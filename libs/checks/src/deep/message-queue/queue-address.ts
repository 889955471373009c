import { readFile } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';
import type { OutboundPolicy } from '@cortex/outbound';
import { resolveSecret } from '@cortex/secrets';
import type { CheckContext } from '../../define-check.ts';

/** Address, credentials and connection policy of a message queue. */
export interface QueueAddress {
  /** The name for people: host and port, or the reference. */
  readonly name: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly isTls: boolean;
  /** Certificate authorities (PEM) to trust, instead of the well-known ones. */
  readonly ca?: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The path: RabbitMQ's virtual host. */
  readonly path: string;
  readonly outbound: OutboundPolicy;
}

const schemes: Readonly<Record<string, boolean>> = { 'amqp:': false, 'amqps:': true, 'nats:': false, 'tls:': true };

export interface QueueReference {
  readonly reference: string;
  /** `amqp:`, `amqps:` … */
  readonly allowed: readonly string[];
  readonly caFile?: string | undefined;
}

/** Reads `amqp://user:password@host:port/vhost`, `nats://…` and so on behind a reference. Its errors never show it. */
export async function resolveQueueAddress(
  { reference, allowed, caFile }: QueueReference,
  { outbound, redactor }: Pick<CheckContext, 'outbound' | 'redactor'>,
): Promise<QueueAddress> {
  const secret = await resolveSecret(reference);
  const url = URL.canParse(secret) ? new URL(secret) : undefined;
  const isTls = url === undefined || !allowed.includes(url.protocol) ? undefined : schemes[url.protocol];
  if (url === undefined || isTls === undefined || url.hostname === '') {
    const forms = allowed.map((scheme) => `${scheme}//user:password@host:port`);
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      `the connection behind ${reference} is not of the form ${forms.join(' or ')}`,
    );
  }
  const [user, password, path] = [url.username, url.password, url.pathname.slice(1)].map(decode);
  if (user === undefined || password === undefined || path === undefined) {
    throw new CortexError('CORTEX_CHECK_NOT_MADE', `the connection behind ${reference} has a % that encodes nothing`);
  }
  if (caFile !== undefined && !isTls) {
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      `the connection behind ${reference} has no TLS, so ca_file would not be used: see its scheme`,
    );
  }
  redactor.hide(secret);
  // A token takes the place of the user name.
  const secrets = password === '' ? [user, url.username] : [password, url.password];
  for (const form of secrets) redactor.hide(form);
  return {
    name: reference,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    isTls,
    ...(caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') }),
    user: user === '' ? undefined : user,
    password: password === '' ? undefined : password,
    path,
    outbound,
  };
}

/** A server that needs no credentials, or accepts the well-known default ones. */
export function openQueueAddress(
  { host, port }: { readonly host: string; readonly port?: number },
  outbound: OutboundPolicy,
): QueueAddress {
  const name = port === undefined ? host : `${host}:${port}`;
  const nobody = { isTls: false, user: undefined, password: undefined, path: '' };
  return { name, host, port, outbound, ...nobody };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
