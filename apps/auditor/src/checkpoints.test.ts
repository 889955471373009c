import { expect, it } from 'vitest';
import { superfluous } from './checkpoints.ts';

it('keeps the newest checkpoints, and of older ones the last in each block', () => {
  const entries = Array.from({ length: 1_000 }, (_, index) => (index + 1) * 100);
  const gone = new Set(superfluous(entries));
  const kept = entries.filter((n) => !gone.has(n));
  expect(kept.slice(-500)).toEqual(entries.slice(-500));
  expect(kept.slice(0, -500)).toEqual([9_900, 19_900, 29_900, 39_900, 49_900]);
});
