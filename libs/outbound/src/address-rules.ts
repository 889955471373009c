import type { OutboundPolicy } from '@cortex/contracts';
import ipaddr from 'ipaddr.js';
import type { IPv4, IPv6 } from 'ipaddr.js';

export const defaultOutboundPolicy: OutboundPolicy = { privateAddresses: 'allow', allowedRanges: [] };

type Address = IPv4 | IPv6;
type Range = [Address, number];

/** Link-local, cloud metadata, unspecified, multicast, reserved. No check, page or action needs to reach them. */
const refusedRanges: readonly Range[] = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  // Teredo hides the destination address.
  '2001::/32',
].map(parseRange);

const privateRanges: readonly Range[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
  'fec0::/10',
].map(parseRange);

/** The prefixes whose last 32 bits are an IPv4 address: mapped, compatible, translated, NAT64 (public and local). */
const embeddingRanges: readonly Range[] = [
  '::ffff:0:0/96',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
].map(parseRange);
const sixToFour = parseRange('2002::/16');

/** Why a connection to an address (as a system resolves it, or as a URL spells it) is refused; undefined when it is not. */
export function addressProblem(address: string, policy: OutboundPolicy): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return `${address.slice(0, 100)} is no address`;
  const faces = facesOf(ipaddr.parse(bare));
  const isIn = (ranges: readonly Range[]): boolean =>
    faces.some((face) => ranges.some((range) => contains(range, face)));
  if (isIn(refusedRanges)) {
    return `${bare} is a link-local, metadata, unspecified, multicast or reserved address, which is always refused`;
  }
  if (policy.privateAddresses === 'allow' || !isIn(privateRanges)) return undefined;
  return isIn(policy.allowedRanges.map(parseRange))
    ? undefined
    : `${bare} is a private address, which safety.outbound forbids`;
}

/** The address and every IPv4 address inside it: a packet may end up at any of them. */
function facesOf(address: Address): readonly Address[] {
  if (address.kind() === 'ipv4') return [address];
  const bytes = address.toByteArray();
  const inside = (from: number): Address => ipaddr.fromByteArray(bytes.slice(from, from + 4));
  const faces: Address[] = [address];
  // `::` and `::1` are no embedded IPv4 addresses.
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0);
  if (isCompatible ? bytes[12] !== 0 : embeddingRanges.some((range) => contains(range, address)))
    faces.push(inside(12));
  if (contains(sixToFour, address)) faces.push(inside(2));
  const isIsatap = (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  if (isIsatap) faces.push(inside(12));
  return faces;
}

function contains(range: Range, address: Address): boolean {
  return range[0].kind() === address.kind() && address.match(range);
}

function parseRange(text: string): Range {
  return ipaddr.parseCIDR(text);
}
