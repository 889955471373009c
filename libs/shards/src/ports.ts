import type { Bus, BusLogger, LeaseBucket } from '@cortex/bus';
import type { Runtime } from '@cortex/runtime';

/** A shard that this replica owns. */
export interface Shard {
  readonly name: string;
  /** Fencing token: grows with every new owner of the shard. */
  readonly token: number;
  /** Aborts when the shard is lost: another replica may own it. */
  readonly signal: AbortSignal;
  /** Whether this replica still owns it, by the clock of this process: ask right before each write. */
  isHeld(): boolean;
}

/** The work on one shard while this replica owns it. */
export interface ShardWork {
  /**
   * Ends the work, once. The shard goes to another replica when this resolves. While `shard.isHeld()` remaining state may be
   * written; after a loss nothing may be.
   */
  end(): Promise<void>;
}

export interface ShardOptions {
  readonly bus: Pick<Bus, 'leases' | 'bucket'>;
  /** The service whose replicas share the work. */
  readonly service: string;
  /** The name of this replica. It replaces an earlier process of the same name at once. */
  readonly replica: string;
  /** All shards, at most 1,024; a replica with another configuration may know fewer or more, in the same order. */
  readonly shards: readonly string[];
  readonly logger: BusLogger;
  readonly runtime: Pick<Runtime, 'now' | 'after' | 'every'>;
  /** Called when this replica has become the owner of a shard. When it fails, the shard is released and claimed again later. */
  readonly begin: (shard: Shard) => Promise<ShardWork>;
  /** Called with the number of shards held, after each change. */
  readonly onChange?: (held: number) => void;
  /** The bucket of the membership leases. Their length decides how soon a dead replica's shards move. Default: 10 s. */
  readonly memberships?: LeaseBucket;
  /** How often to look for dead replicas. Default 1 s. */
  readonly pollMs?: number;
}

export interface ShardAssignment {
  /** Ends all work in order and releases all shards. */
  stop(): Promise<void>;
}
