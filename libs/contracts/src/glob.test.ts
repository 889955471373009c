import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatches } from './index.ts';

test.each([
  ['*', 'anything', true],
  ['*', '', true],
  ['process_*', 'process_cpu', true],
  ['process_*', 'my_process_cpu', false],
  ['*_percent', 'disk_usage_percent', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-b-b', false],
  ['exact', 'exact', true],
  ['exact', 'exactly', false],
  ['a?c', 'abc', false],
  ['a?c', 'a?c', true],
])('the pattern %s and the name %s', (pattern, name, matches) => {
  expect(globMatches(pattern, name)).toBe(matches);
});

test('a question mark stands for one character where that is asked for', () => {
  expect(globMatches('a?c', 'abc', { questionMark: true })).toBe(true);
  expect(globMatches('a?c', 'ac', { questionMark: true })).toBe(false);
});

test('agrees with a regular expression', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '?'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, text, fc.boolean(), (glob, name, questionMark) => {
      const source = glob
        .replaceAll('.', '\\.')
        .replaceAll('?', questionMark ? '.' : '\\?')
        .replaceAll('*', '.*');
      expect(globMatches(glob, name, { questionMark })).toBe(new RegExp(`^${source}$`).test(name));
    }),
  );
});

test('a hostile pattern is answered at once', () => {
  expect(globMatches('a*'.repeat(60), `${'a'.repeat(5_000)}b`)).toBe(true);
  expect(globMatches(`${'a*'.repeat(60)}c`, 'a'.repeat(5_000))).toBe(false);
});
