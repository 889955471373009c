import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeToken, unescapeToken } from './token.ts';

it('every name becomes one subject token, and is restored from it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      const token = escapeToken(name);
      expect(token).toMatch(/^[A-Za-z0-9_=-]+$/);
      expect(unescapeToken(token)).toBe(name);
    }),
  );
});

it('the empty name names nothing', () => {
  expect(() => escapeToken('')).toThrow(RangeError);
});
