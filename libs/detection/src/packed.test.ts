import { expect, test } from 'vitest';
import { pack32, pack64, pack8, unpack32, unpack64, unpack8 } from './packed.ts';

test.each([0, 1, 1_000, 5_000])('%i numbers come back to the bit', (length) => {
  const numbers = Float64Array.from({ length }, (_, index) => (index % 5 === 0 ? Number.NaN : Math.sin(index) * 1e9));
  expect(unpack64(pack64(numbers))).toEqual(numbers);
  expect(unpack64(pack64(numbers), length)).toEqual(numbers);
  const floats = Float32Array.from(numbers);
  expect(unpack32(pack32(floats))).toEqual(floats);
  const bytes = Uint8Array.from({ length }, (_, index) => index % 256);
  expect(unpack8(pack8(bytes))).toEqual(bytes);
  expect(unpack8(pack8(bytes.subarray(Math.floor(length / 2))))).toEqual(bytes.subarray(Math.floor(length / 2)));
});

test('the form is fixed: little-endian, whatever the machine', () => {
  expect(pack64([1])).toBe('AAAAAAAA8D8=');
  expect(pack32(Float32Array.of(1))).toBe('AACAPw==');
});

test('another length than the one said is refused, and so is half a number', () => {
  expect(() => unpack64(pack64([1, 2]), 3)).toThrow(RangeError);
  expect(() => unpack64(btoa('seven b'))).toThrow(RangeError);
});
