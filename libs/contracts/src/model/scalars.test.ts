import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { JsonRecord, JsonValue } from './scalars.ts';

describe('JSON values', () => {
  it('are all JSON values, and are parsed unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JsonValue.parse(value)).toBe(value);
      }),
    );
  });

  it.each([
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    () => 1,
    Symbol('x'),
    new Date(),
    new Map(),
    [undefined],
    { a: undefined },
  ])('are not %s', (value) => {
    expect(JsonValue.safeParse(value).success).toBe(false);
  });

  it('are judged as z.json() judges them', () => {
    // z.json() does not look below this key; what stands there would be lost.
    const key = fc.string().filter((name) => name !== '__proto__');
    fc.assert(
      fc.property(fc.anything({ key, withDate: true, withMap: true, withBigInt: true }), (value) => {
        expect(JsonValue.safeParse(value).success).toBe(z.json().safeParse(value).success);
      }),
    );
  });
});

describe('JSON records', () => {
  it('are mappings with keys of bounded length', () => {
    expect(JsonRecord.parse({ a: [1, { b: null }] })).toEqual({ a: [1, { b: null }] });
    expect(JsonRecord.default({}).parse(undefined)).toEqual({});
    expect(JsonRecord.safeParse({ ['k'.repeat(257)]: 1 }).success).toBe(false);
    for (const wrong of [[], null, 'text', 1, undefined, { a: undefined }])
      expect(JsonRecord.safeParse(wrong).success).toBe(false);
  });
});
