import { CortexError } from '@cortex/errors';

/**
 * The operations of a cache that the check needs, for any protocol. Errors of the cache or the connection are {@link
 * CacheError}s.
 */
export interface CacheClient {
  ping(): Promise<void>;
  /** The key expires after this time. */
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** False when there was no such key. */
  delete(key: string): Promise<boolean>;
  state(): Promise<CacheState>;
  /** At once, whatever is still under way. */
  close(): void;
}

export interface CacheState {
  /** Only of caches with replicas. */
  readonly role?: 'primary' | 'replica';
  /** Of a replica: whether it is connected to its primary. */
  readonly isLinked?: boolean;
  readonly usedBytes: number;
  /** The memory that the cache may use: its limit, or all memory of its machine. */
  readonly limitBytes: number;
  /** Keys evicted for lack of memory since the cache was started. */
  readonly evictions: number;
}

export class CacheError extends CortexError {
  constructor(message: string) {
    super('CORTEX_CHECK_CACHE', message);
  }
}
