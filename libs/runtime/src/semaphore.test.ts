import { expect, test } from 'vitest';
import { Semaphore } from './semaphore.ts';

test('no more than the limit run at once, and all run in the end', async () => {
  const semaphore = new Semaphore(3);
  let now = 0;
  let most = 0;
  let done = 0;
  await Promise.allSettled(
    Array.from({ length: 40 }, (_unused, index) =>
      semaphore.run(async () => {
        now += 1;
        most = Math.max(most, now);
        await Promise.resolve();
        now -= 1;
        done += 1;
        if (index % 3 === 0) throw new Error('a failure frees its place');
      }),
    ),
  );
  expect(most).toBe(3);
  expect(done).toBe(40);
});

test('a limit below one is refused', () => {
  expect(() => new Semaphore(0)).toThrow(RangeError);
});
