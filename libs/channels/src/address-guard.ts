import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

const denied = new BlockList();
denied.addSubnet('0.0.0.0', 8, 'ipv4');
denied.addSubnet('169.254.0.0', 16, 'ipv4');
denied.addAddress('100.100.100.200', 'ipv4');
denied.addAddress('192.0.0.192', 'ipv4');
denied.addSubnet('224.0.0.0', 3, 'ipv4');
denied.addAddress('::', 'ipv6');
denied.addSubnet('fe80::', 10, 'ipv6');
denied.addSubnet('ff00::', 8, 'ipv6');
denied.addAddress('fd00:ec2::254', 'ipv6');

/** An address that no page may go to: link-local, cloud metadata, unspecified, multicast. */
export class DeniedAddressError extends Error {
  readonly code = 'CORTEX_CHANNEL_ADDRESS_DENIED';

  constructor(address: string) {
    super(
      `pages never go to ${address}: link-local, metadata, unspecified and multicast addresses are denied. ` +
        'Fix: use the address of the receiver itself.',
    );
    this.name = 'DeniedAddressError';
  }
}

/** True for link-local, metadata, unspecified and multicast addresses, also when mapped or embedded into IPv6. */
export function isDeniedAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 4) return denied.check(bare, 'ipv4');
  if (version !== 6) return false;
  const embedded = embeddedIpv4(bare);
  return denied.check(bare, 'ipv6') || (embedded !== undefined && denied.check(embedded, 'ipv4'));
}

/** `dns.lookup` that answers no denied address, so a name that resolves to one when it counts is refused as well. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const bad = addresses.find((entry) => isDeniedAddress(entry.address));
    if (bad !== undefined) {
      callback(new DeniedAddressError(bad.address), '', 0);
      return;
    }
    const first = addresses[0];
    if (options.all === true) callback(null, addresses);
    else if (first !== undefined) callback(null, first.address, first.family);
    else callback(new Error(`${hostname} has no address`), '', 0);
  });
};

/** The IPv4 address inside `::ffff:a.b.c.d` (mapped), `::a.b.c.d` (compatible) or `64:ff9b::a.b.c.d` (NAT64). */
function embeddedIpv4(address: string): string | undefined {
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(groups);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const high = Number.parseInt(match[1], 16);
  const low = Number.parseInt(match[2], 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
