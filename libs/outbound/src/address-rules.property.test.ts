import type { OutboundPolicy } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressProblem, defaultOutboundPolicy } from './address-rules.ts';
import { HttpUrl } from './http-url.ts';

const forbidding: OutboundPolicy = { privateAddresses: 'forbid', allowedRanges: [] };

/** IPv4 addresses that are always refused, as numbers. */
const refused = fc.oneof(
  fc.integer({ min: 0xa9_fe_00_00, max: 0xa9_fe_ff_ff }),
  fc.integer({ min: 0xe0_00_00_00, max: 0xff_ff_ff_ff }),
  fc.integer({ min: 1, max: 0x00_ff_ff_ff }),
  fc.constantFrom(0x64_64_64_c8, 0xa8_3f_81_10, 0xc0_00_00_c0),
);
const octetsOf = (address: number): readonly number[] => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
const dotted = (address: number): string => octetsOf(address).join('.');
const groups = (address: number): string =>
  `${(address >>> 16).toString(16)}:${(address & 0xff_ff).toString(16).padStart(4, '0')}`;

/** One octet, or the number that the last octets form together, in any base that inet_aton reads. */
const spell = (part: number, base: 8 | 10 | 16, zeros: number): string => {
  if (base === 10) return String(part);
  return (base === 16 ? '0x' : '0') + '0'.repeat(zeros) + part.toString(base);
};

describe('addressProblem', () => {
  it.each(['fe80::1', 'fe80::1%eth0', 'febf::1', '::', 'ff02::1', 'fd00:ec2::254', 'fd20:ce::254', '2001:0:1::1'])(
    'always refuses %s',
    (address) => {
      expect(addressProblem(address, defaultOutboundPolicy)).toContain('always refused');
      expect(addressProblem(`[${address}]`, defaultOutboundPolicy)).toContain('always refused');
    },
  );

  it('always refuses an IPv4 address in every embedding in IPv6', () => {
    fc.assert(
      fc.property(refused, (address) => {
        const inside = groups(address);
        const dresses = [
          dotted(address),
          `::ffff:${dotted(address)}`,
          `0:0:0:0:0:ffff:${inside}`,
          `::ffff:0:${inside}`,
          `64:ff9b::${inside}`,
          `64:ff9b:1::${inside}`,
          `64:ff9b:1:2:3:4:${inside}`,
          `2002:${inside}::1`,
          `2001:db8::5efe:${inside}`,
          `2001:db8::200:5efe:${inside}`,
        ];
        expect(dresses.filter((dress) => addressProblem(dress, defaultOutboundPolicy) === undefined)).toEqual([]);
      }),
    );
  });

  it.each(['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fd00::1', '::ffff:10.0.0.1'])(
    'lets %s pass unless private addresses are forbidden, and it is not among the allowed ranges',
    (address) => {
      expect(addressProblem(address, defaultOutboundPolicy)).toBeUndefined();
      expect(addressProblem(address, forbidding)).toContain('safety.outbound');
      const allowedRanges = [
        '127.0.0.0/8',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '100.64.0.0/10',
        'fd00::/8',
      ];
      const allowing: OutboundPolicy = { privateAddresses: 'forbid', allowedRanges: [...allowedRanges, '::1/128'] };
      expect(addressProblem(address, allowing)).toBeUndefined();
    },
  );

  it('cannot be made to allow what is always refused', () => {
    const allowing: OutboundPolicy = { privateAddresses: 'forbid', allowedRanges: ['0.0.0.0/0', '::/0'] };
    expect(addressProblem('169.254.169.254', allowing)).toBeDefined();
    expect(addressProblem('fe80::1', allowing)).toBeDefined();
  });

  it.each(['8.8.8.8', '2001:db8::1', '2606:4700::1111', '2002:808:808::1'])('always lets %s pass', (address) => {
    expect(addressProblem(address, forbidding)).toBeUndefined();
  });

  it('never throws, and lets nothing pass that is no address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const problem = addressProblem(`x${text}`, defaultOutboundPolicy);
        expect(problem).toBeDefined();
      }),
    );
  });
});

describe('HttpUrl', () => {
  it('refuses an address in every spelling of inet_aton', () => {
    const base = fc.constantFrom(8 as const, 10 as const, 16 as const);
    const form = fc.record({
      address: refused,
      parts: fc.integer({ min: 1, max: 4 }),
      bases: fc.array(base, { minLength: 4, maxLength: 4 }),
      zeros: fc.integer({ min: 0, max: 3 }),
      ending: fc.constantFrom('', '.', ':80', ':8080'),
      wide: fc.boolean(),
    });
    fc.assert(
      fc.property(form, ({ address, parts, bases, zeros, ending, wide }) => {
        const octets = octetsOf(address);
        const last = octets.slice(parts - 1).reduce((sum, octet) => sum * 256 + octet, 0);
        const spelled = [...octets.slice(0, parts - 1), last]
          .map((part, index) => spell(part, bases[index] ?? 10, zeros))
          .join('.');
        // Full-width digits and dots mean the same to a URL.
        const host = wide
          ? spelled.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff_10 + Number(digit)))
          : spelled;
        expect(HttpUrl.safeParse(`http://${host}${ending}/latest`).success).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    'ftp://a.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://user@a.example/',
    'http://:password@a.example/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://',
    '',
    `http://a.example/${'x'.repeat(9_000)}`,
  ])('refuses %s', (url) => {
    expect(HttpUrl.safeParse(url).success).toBe(false);
  });

  it.each(['http://127.0.0.1:80/health', 'https://[::1]/', 'http://shop.internal/a?b#c'])('takes %s', (url) => {
    expect(HttpUrl.safeParse(url).success).toBe(true);
  });
});
