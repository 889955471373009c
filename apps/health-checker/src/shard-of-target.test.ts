import { expect, it } from 'vitest';
import { shardOfTarget, targetShards } from './shard-of-target.ts';

it('puts every target into one known shard, and spreads them', () => {
  const shards = Array.from({ length: 5_000 }, (_, index) =>
    shardOfTarget({ service: 'shop', instance: `shop-${index}` }),
  );
  const sizes = targetShards.map((shard) => shards.filter((one) => one === shard).length);
  expect(sizes.every((size) => size > 30 && size < 140)).toBe(true);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5_000);
});

it('gives a target the same shard for ever', () => {
  expect(shardOfTarget({ service: 'shop', instance: 'shop-1' })).toBe('41');
});
