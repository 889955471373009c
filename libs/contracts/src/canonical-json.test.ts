import { expect, it } from 'vitest';
import { canonicalJson } from './index.ts';

it('orders the keys at every depth by code unit, keeps the order of lists, and leaves out what is undefined', () => {
  const value = { b: [{ z: 1, a: null }, 'é"\n'], a: 1.5, B: true, 'a-b': { y: undefined, x: {} }, 10: [], 9: -0 };
  expect(canonicalJson(value)).toBe('{"10":[],"9":0,"B":true,"a":1.5,"a-b":{"x":{}},"b":[{"a":null,"z":1},"é\\"\\n"]}');
});

it('is JSON of the same data', () => {
  const value = { outer: [1, { b: 'two', a: [undefined, null] }] };
  expect(JSON.parse(canonicalJson(value))).toEqual({ outer: [1, { b: 'two', a: [null, null] }] });
});
