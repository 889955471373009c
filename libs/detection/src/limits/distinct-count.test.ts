import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countDistinct, distinctIn, emptyCount } from './distinct-count.ts';

test.each([0, 1, 10, 300, 2_000, 50_000])(
  '%i different texts are counted to a fifth, however often each comes',
  (size) => {
    const count = emptyCount();
    for (let index = 0; index < size * 2; index += 1) countDistinct(count, `shop|shop-1|requests|user=${index % size}`);
    expect(Math.abs(distinctIn(count) - size)).toBeLessThanOrEqual(size * 0.2);
  },
);

test('neither order nor repetition matters', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 50 }), (texts) => {
      const [once, again] = [emptyCount(), emptyCount()];
      for (const text of texts) countDistinct(once, text);
      for (const text of [...texts, ...texts].toReversed()) countDistinct(again, text);
      expect(again).toEqual(once);
    }),
  );
});
