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
  /** The most that it may grow to. It follows from the purpose, with room to spare. */
  readonly maxBytes: number;
  /**
   * What gives way at `maxBytes`: the new write, because every entry is needed by somebody; or the oldest entry, in a
   * bucket that keeps what is over.
   */
  readonly whenFull: 'refuse' | 'drop_oldest';
  /**
   * True for leases, budgets, breakers, switches and timers: reads go to the leader (`allow_direct: false`), so that a
   * reader sees its own and everyone's last write.
   */
  readonly coordination: boolean;
  /**
   * What a record that cannot be read counts as. `hold`: a read of it fails, so that nothing is done on it. `replace`: as
   * absent, once its bytes are in the quarantine; the next write takes its place.
   */
  readonly unreadable: 'hold' | 'replace';
}

/** Declares a bucket. The provisioner creates it, reads it back and refuses on a mismatch. */
export function defineBucket<Value extends z.ZodType>(
  definition: Pick<BucketDefinition<Value>, 'name' | 'summary' | 'key' | 'value' | 'maxBytes'> &
    Partial<Pick<BucketDefinition<Value>, 'ttlMs' | 'history' | 'coordination' | 'whenFull' | 'unreadable'>>,
): BucketDefinition<Value> {
  return { ttlMs: 0, history: 1, coordination: false, whenFull: 'refuse', unreadable: 'hold', ...definition };
}

export const mebibyte = 1024 * 1024;
