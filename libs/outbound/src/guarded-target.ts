import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { addressProblem, defaultOutboundPolicy } from './address-rules.ts';
import type { OutboundPolicy } from '@cortex/contracts';
import { guardedLookup } from './guarded-lookup.ts';
import { OutboundRefusedError } from './outbound-refused-error.ts';

/** Where `net.connect` and `tls.connect` may go, for what is not HTTP. Throws {@link OutboundRefusedError}. */
export function guardedTarget(
  host: string,
  port: number,
  policy: OutboundPolicy = defaultOutboundPolicy,
): { readonly host: string; readonly port: number; readonly lookup: LookupFunction } {
  // A socket looks no address up, only names.
  const problem = isIP(host) === 0 ? undefined : addressProblem(host, policy);
  if (problem !== undefined) throw new OutboundRefusedError(problem);
  return { host, port, lookup: guardedLookup(policy) };
}
