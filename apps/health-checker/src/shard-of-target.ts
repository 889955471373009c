import { hashText, targetKey, type Target } from '@cortex/contracts';

/** Enough for many replicas to have about as many targets each, few enough for one table. */
const shardCount = 64;

/** The shards of all targets, in the order that every replica knows. */
export const targetShards: readonly string[] = Array.from({ length: shardCount }, (_, shard) => String(shard));

/** The shard of a target. All checks of a target are in one shard, so they always run in the same replica. */
export function shardOfTarget(target: Target): string {
  return String(Number.parseInt(hashText(targetKey(target)).slice(0, 8), 16) % shardCount);
}
