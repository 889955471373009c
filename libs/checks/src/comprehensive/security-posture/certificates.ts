import { X509Certificate } from 'node:crypto';
import { CortexError } from '@cortex/errors';
import { OutboundRefusedError } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';
import type { Bound } from '../../bound.ts';
import { causeOf } from '../../cause-of.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { readStartOf } from './read-file.ts';
import { judgeExpiry, unknown } from './finding.ts';
import type { Finding } from './finding.ts';

const defaultPort = 443;
const maxPemBytes = 1_048_576;
const pemBlock = /-----BEGIN CERTIFICATE-----[^-]{1,100000}-----END CERTIFICATE-----/g;

export interface Question {
  readonly bound: Bound;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly outbound: OutboundPolicy;
}

/** `host`, `host:port`, `[address]:port`, or the absolute path of a PEM file, of which the first to expire counts. */
export async function judgeCertificate(place: string, question: Question): Promise<Finding> {
  const name = `the certificate of ${place}`;
  try {
    const expiresAt = place.startsWith('/') ? await expiryInFile(place) : await expiryOfServer(place, question);
    return judgeExpiry(name, expiresAt, question.nowMs, question.bound);
  } catch (error) {
    if (question.signal.aborted || error instanceof OutboundRefusedError) throw error;
    return unknown(name, causeOf(error));
  }
}

async function expiryOfServer(place: string, { signal, outbound }: Question): Promise<Date> {
  const { hostname, port } = new URL(`https://${place}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return (await certificateExpiry({ host, port: Number(port || defaultPort), signal, outbound })).expiresAt;
}

async function expiryInFile(path: string): Promise<Date> {
  const blocks = (await readStartOf(path, maxPemBytes)).match(pemBlock) ?? [];
  if (blocks.length === 0) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'there is no certificate in it');
  return new Date(Math.min(...blocks.map((block) => Date.parse(new X509Certificate(block).validTo))));
}
