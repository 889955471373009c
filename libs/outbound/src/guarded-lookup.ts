import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { CortexError } from '@cortex/errors';
import { addressProblem } from './address-rules.ts';
import type { OutboundPolicy } from '@cortex/contracts';
import { findAddresses } from './find-addresses.ts';
import { OutboundRefusedError } from './outbound-refused-error.ts';

const find = callbackify(findAddresses);

/**
 * A look-up like `dns.lookup` that succeeds only if every address is allowed. The socket connects to its result, so a
 * name cannot resolve to one address for the guard and to another for the connection.
 */
export function guardedLookup(policy: OutboundPolicy): LookupFunction {
  return (hostname, options, callback) => {
    find(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const problem = addresses.map(({ address }) => addressProblem(address, policy)).find((found) => found);
      const first = addresses[0];
      if (problem !== undefined) callback(new OutboundRefusedError(`${hostname}: ${problem}`), '', 0);
      else if (first === undefined)
        callback(new CortexError('CORTEX_OUTBOUND_NO_ADDRESS', `${hostname} has no address`), '', 0);
      // A copy: the addresses are shared with concurrent callers.
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}
