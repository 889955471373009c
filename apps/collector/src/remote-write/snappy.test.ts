import fc from 'fast-check';
import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { unpackSnappy } from './snappy.ts';

const maxBytes = 1_000_000;
const refusalOf = (bytes: readonly number[]) => () => unpackSnappy(Buffer.from(bytes), maxBytes);

test('what another library packs comes out as it was, whatever it is', () => {
  const repetitive = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3_000 }))
    .map(([part, times]) => Buffer.concat(Array.from({ length: times }, () => part)));
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 200_000, size: 'max' }).map((bytes) => Buffer.from(bytes)),
    repetitive,
  );
  fc.assert(
    fc.property(any, (bytes) => {
      expect(unpackSnappy(compress(bytes), maxBytes).equals(bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a body that announces too much is refused before it is unpacked', () => {
  expect(refusalOf([0xff, 0xff, 0xff, 0xff, 0x0f])).toThrow('unpacks to 4294967295 bytes; at most 1000000');
});

test.each([
  ['no length', []],
  ['a length without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['less than was announced', [5, 0, 65]],
  ['more than was announced', [1, 4, 65, 66]],
  ['a literal that is cut off', [4, 12, 65]],
  ['a literal whose length is cut off', [4, 0xfc, 1]],
  // Libraries that read this length as a negative one go back and start again, for ever.
  ['a literal of nearly 4 GB', [10, 0xfc, 0xfa, 0xff, 0xff, 0xff]],
  ['a copy from before the beginning', [8, 0, 65, 1 | (3 << 2), 2]],
  ['a copy of offset zero', [8, 0, 65, 1 | (3 << 2), 0]],
  ['a copy whose offset is cut off', [8, 0, 65, 2]],
])('%s is refused', (_, bytes) => {
  expect(refusalOf(bytes)).toThrow('no valid snappy block');
});

test('arbitrary bytes are refused or unpacked, never more than allowed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(outcomeOf(Buffer.from(bytes))).toBeOneOf(['unpacked', 400, 413]);
    }),
    { numRuns: 2_000 },
  );
});

function outcomeOf(packed: Buffer): unknown {
  try {
    return unpackSnappy(packed, 10_000).length <= 10_000 ? 'unpacked' : 'too much';
  } catch (error) {
    return (error as { status?: number }).status;
  }
}
