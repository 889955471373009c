import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookUpLimits } from './find-addresses.ts';
import { parseHosts } from './hosts-file.ts';
import { asksHostsFirst, localAddresses } from './local-names.ts';

describe('localAddresses', () => {
  it.each(['shop.localhost', 'SHOP.LocalHost', 'a.b.localhost.'])('knows %s without asking (RFC 6761)', (name) => {
    expect(localAddresses(name).map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
    expect(localAddresses(name, 6)).toEqual([{ address: '::1', family: 6 }]);
    expect(localAddresses(name, 'IPv4')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  it.each(['notlocalhost', 'localhost.example', '.localhost.example', 'localhost..', ''])('asks for %j', (name) => {
    expect(localAddresses(name)).toEqual([]);
  });
});

describe('parseHosts', () => {
  it('reads addresses and names as hosts(5) has them', () => {
    const text = `
# a comment
127.0.0.1\tlocalhost  Shop # shop2
::1 localhost ip6-localhost
10.0.0.300 wrong
10.0.0.1
10.0.0.2 shop shop __proto__\r
10.0.0.2 shop`;
    expect(Object.fromEntries([...parseHosts(text)].filter(([name]) => name !== '__proto__'))).toEqual({
      localhost: [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ],
      shop: [
        { address: '127.0.0.1', family: 4 },
        { address: '10.0.0.2', family: 4 },
      ],
      'ip6-localhost': [{ address: '::1', family: 6 }],
    });
    expect(parseHosts(text).get('__proto__')).toEqual([{ address: '10.0.0.2', family: 4 }]);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const addresses of parseHosts(text).values()) expect(addresses.length).toBeGreaterThan(0);
      }),
    );
  });
});

it.each([
  ['', true],
  ['passwd: files\n', true],
  ['hosts: files dns', true],
  ['hosts:\tmymachines resolve [!UNAVAIL=return] files myhostname dns # as systemd has it', true],
  ['hosts: dns files', false],
  ['hosts: dns # files', false],
  ['#hosts: dns\nhosts: files', true],
])('reads in nsswitch.conf whether hosts come first: %j', (text, expected) => {
  expect(asksHostsFirst(text)).toBe(expected);
});

it.each([
  [undefined, 2, 1],
  ['1', 1, 1],
  ['32', 16, 12],
  ['128', 64, 48],
  ['nonsense', 2, 1],
  ['-3', 2, 1],
  ['1e9', 512, 384],
])('takes the half of the threads (%s) for look-ups', (size, atOnce, slowAtOnce) => {
  expect(lookUpLimits(size)).toMatchObject({ atOnce, slowAtOnce });
});
