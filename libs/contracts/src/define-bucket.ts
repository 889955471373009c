import type { z } from 'zod';

/** One KV bucket. */
export interface BucketDefinition<Value extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly summary: string;
  /** The parts of a key, for the docs: `<service>.<instance>`. */
  readonly key: string;
  readonly value: Value;
  /** Entries vanish this long after their last write. 0 keeps them. */
  readonly ttlMs: number;
  /** Revisions kept per key. */
  readonly history: number;
  /**
   * True for leases, budgets, breakers, switches and timers: reads go to the leader (`allow_direct: false`), so that a
   * reader sees its own and everyone's last write.
   */
  readonly coordination: boolean;
}

/** Declares a bucket. The provisioner creates it, reads it back and refuses on a mismatch. */
export function defineBucket<Value extends z.ZodType>(
  definition: Pick<BucketDefinition<Value>, 'name' | 'summary' | 'key' | 'value'> &
    Partial<Pick<BucketDefinition<Value>, 'ttlMs' | 'history' | 'coordination'>>,
): BucketDefinition<Value> {
  return { ttlMs: 0, history: 1, coordination: false, ...definition };
}
