import { HttpHeaders, HttpUrl } from '@cortex/outbound';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CheckContext } from '../define-check.ts';
import { instanceAddress } from '../instance-address.ts';
import { AbsolutePath, Host, Port } from '../params.ts';

export const HttpPath = z
  .string()
  .regex(/^\/(?!\/)/, 'must start with one /')
  .max(4_096)
  .regex(/^[^\s\\#]*$/, 'must not contain white space, \\ or #');

/** The origin of a check's requests, when it does not have a whole address. */
export const originParams = {
  scheme: z
    .enum(['http', 'https'])
    .default('http')
    .describe('`https` holds the certificate to `ca_file`, or to the well-known authorities.'),
  host: Host.optional().describe('Default: the host of the instance.'),
  port: Port.optional().describe('Default: the port of the instance, else 80 or 443.'),
  ca_file: AbsolutePath.optional().describe(
    'A file with the certificate authorities (PEM) to trust, instead of the well-known ones.',
  ),
};

export const urlParam = HttpUrl.optional();

export const headersParam = HttpHeaders.default({}).describe(
  'Request headers. A value may be a reference to a secret, or hold one: `Bearer {{env:TOKEN}}`.',
);

export const RequestBody = z
  .string()
  .max(65_536)
  .describe('The body to send. It may be a reference to a secret, or hold one.');

interface Origin {
  readonly scheme: 'http' | 'https';
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** The address of a path at the target: `http://shop-1:8080/health`. */
export function addressOf(origin: Origin, path: string, facts: CheckContext['facts']): string {
  const { host, port } = instanceAddress(origin, facts);
  const shownPort = port === undefined ? '' : `:${port}`;
  return `${origin.scheme}://${host.includes(':') ? `[${host}]` : host}${shownPort}${path}`;
}

/** Options of an HTTP client for the check. */
export async function clientOptions(
  params: { readonly ca_file?: string | undefined },
  { outbound }: Pick<CheckContext, 'outbound'>,
) {
  const ca = params.ca_file === undefined ? undefined : await readFile(params.ca_file, 'utf8');
  return { policy: outbound, userAgent: 'cortex-health-check', ...(ca === undefined ? {} : { ca }) };
}
