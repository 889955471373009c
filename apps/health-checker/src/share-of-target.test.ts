import { expect, it } from 'vitest';
import { shareOfTarget, targetShares } from './share-of-target.ts';

it('puts every target into one known share, and spreads them', () => {
  const shares = Array.from({ length: 5_000 }, (_, index) =>
    shareOfTarget({ service: 'shop', instance: `shop-${index}` }),
  );
  const sizes = targetShares.map((share) => shares.filter((one) => one === share).length);
  expect(sizes.every((size) => size > 30 && size < 140)).toBe(true);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5_000);
});

it('gives a target the same share for ever', () => {
  expect(shareOfTarget({ service: 'shop', instance: 'shop-1' })).toBe('41');
});
