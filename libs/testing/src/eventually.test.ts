import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('it asks again until the answer is neither an error nor false', async () => {
  let asked = 0;
  const answer = await eventually(
    () => {
      asked += 1;
      if (asked === 1) throw new Error('not yet');
      return asked > 2 && 'yes';
    },
    { intervalMs: 1 },
  );
  expect(answer).toBe('yes');
  expect(asked).toBe(3);
});

test('it fails with the last reason when the time is up', async () => {
  const asking = eventually(() => expect(1).toBe(2), { timeoutMs: 20, intervalMs: 5 });
  await expect(asking).rejects.toThrow(/not within 20 ms: expected 1 to be 2/);
});
