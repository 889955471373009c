import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { addressProblem, defaultOutboundPolicy } from './address-rules.ts';
import type { OutboundPolicy } from '@cortex/contracts';
import { guardedLookup } from './guarded-lookup.ts';
import { OutboundRefusedError } from './outbound-refused-error.ts';

/** The target for `net.connect` and `tls.connect`, for protocols other than HTTP. Throws {@link OutboundRefusedError}. */
export function guardedTarget(
  host: string,
  port: number,
  policy: OutboundPolicy = defaultOutboundPolicy,
): { readonly host: string; readonly port: number; readonly lookup: LookupFunction } {
  // A socket looks up names only, not addresses.
  const problem = isIP(host) === 0 ? undefined : addressProblem(host, policy);
  if (problem !== undefined) throw new OutboundRefusedError(problem);
  return { host, port, lookup: guardedLookup(policy) };
}
