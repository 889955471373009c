import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, table } from './table.ts';
import { age, span } from './time.ts';

test('columns are aligned, absent values are a dash, the last column is as long as it is', () => {
  const rows = [
    { name: 'a', count: 1 },
    { name: 'longer', count: undefined },
  ];
  const text = table(rows, [
    { title: 'name', value: (row) => row.name },
    { title: 'count', value: (row) => row.count },
  ]);
  expect(text).toBe('NAME    COUNT\na       1\nlonger  -');
});

test('whatever a name holds, it stays on its line and steers no terminal', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 8 }), (names) => {
      const text = table(names, [{ title: 'name', value: (name) => name }]);
      expect(text.split('\n')).toHaveLength(names.length + 1);
      // oxlint-disable-next-line no-control-regex
      expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
    }),
  );
});

test.each([
  [400, '400ms'],
  [59_000, '59s'],
  [125_000, '2m'],
  [7_200_000, '2h'],
  [172_800_000, '2d'],
])('%i ms is %s', (milliseconds, text) => {
  expect(span(milliseconds)).toBe(text);
  expect(age(new Date(1_000_000_000_000 - milliseconds).toISOString(), 1_000_000_000_000)).toBe(text);
});
