import { isIP } from 'node:net';
import { z } from 'zod';
import { addressProblem, defaultOutboundPolicy } from './address-rules.ts';
import type { OutboundPolicy } from '@cortex/contracts';
import { OutboundRefusedError } from './outbound-refused-error.ts';

const maxUrlLength = 8_192;

/** An address as configurations may write it: http or https, no user and password, not one that is always refused. */
export const HttpUrl = z
  .string()
  .max(maxUrlLength)
  .superRefine((text, context) => {
    const problem = urlProblem(text, defaultOutboundPolicy);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** Parses an address and refuses it when no connection may be made to it. Throws {@link OutboundRefusedError}. */
export function checkedUrl(text: string, policy: OutboundPolicy): URL {
  const problem = urlProblem(text, policy);
  if (problem !== undefined) throw new OutboundRefusedError(problem);
  return new URL(text);
}

/** The part of an address that may be shown: query and fragment may be a secret. */
export function shownUrl(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

function urlProblem(text: string, policy: OutboundPolicy): string | undefined {
  if (text.length > maxUrlLength) return `the address is longer than ${maxUrlLength} characters`;
  if (!URL.canParse(text)) return 'that is no address';
  // URL has turned every spelling of an IPv4 address (decimal, octal, hex, short) into the dotted one.
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return `${protocol.slice(0, 20)} is neither http: nor https:`;
  if (username !== '' || password !== '') return 'user and password do not belong into an address: use a header';
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : addressProblem(bare, policy);
}
