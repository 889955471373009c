import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { cutTo } from './cut-to.ts';

test.each([
  ['order', 3, 'ord'],
  ['order', 9, 'order'],
  ['order ', 6, 'order '],
  ['', 3, ''],
])('%j cut to %i is %j', (text, length, expected) => {
  expect(cutTo(length, text)).toBe(expected);
});

test('the piece does not keep the text in memory', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const megabytes = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const before = megabytes();
  const pieces = Array.from({ length: 50 }, (_, index) =>
    cutTo(100, JSON.parse(`"${String(index).repeat(2_000_000)}"`)),
  );
  expect(megabytes() - before).toBeLessThan(50);
  expect(pieces).toHaveLength(50);
});
