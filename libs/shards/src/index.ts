export { assignShards } from './assign-shards.ts';
export type { Shard, ShardAssignment, ShardOptions, ShardWork } from './ports.ts';
