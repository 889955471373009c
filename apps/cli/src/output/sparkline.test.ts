import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sparkline, type Bar } from './sparkline.ts';

function bars(...results: readonly (number | 'fail' | 'error')[]): readonly Bar[] {
  return results.map((one) =>
    typeof one === 'number' ? { durationMs: one, result: 'pass' } : { durationMs: 5_000, result: one },
  );
}

test.each([
  ['nothing', bars(), ''],
  ['no time at all', bars(0, 0), '▁▁'],
  ['the slowest is the tallest', bars(1, 50, 100), '▁▄█'],
  ['a failure is marked, and its time makes nothing else small', bars(100, 'fail', 100, 'error'), '█✗█?'],
  ['only failures', bars('fail', 'fail'), '✗✗'],
])('%s', (_what, results, text) => {
  expect(sparkline(results, 10, false)).toBe(text);
});

test('the newest are shown when there are more than fit', () => {
  expect(sparkline(bars(100, 100, 'fail', 'error'), 2, false)).toBe('✗?');
  expect(sparkline(bars(100), 0, false)).toBe('');
  expect(sparkline(bars(100), -3, false)).toBe('');
});

test('colour only where it is wanted', () => {
  expect(sparkline(bars('fail'), 1, true)).toBe('\u001B[31m✗\u001B[0m');
});

test('one character a result, whatever the durations are', () => {
  const anyBar = fc.record<Bar>({
    durationMs: fc.nat(Number.MAX_SAFE_INTEGER),
    result: fc.constantFrom('pass', 'fail', 'timeout', 'error'),
  });
  fc.assert(
    fc.property(fc.array(anyBar, { maxLength: 80 }), fc.nat(60), (results, width) => {
      expect(sparkline(results, width, false)).toMatch(
        new RegExp(`^[▁▂▃▄▅▆▇█✗?]{${Math.min(width, results.length)}}$`, 'u'),
      );
    }),
  );
});
