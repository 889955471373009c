import { CortexError } from '@cortex/errors';

/** What the check asks of a cache, whatever its protocol. What the cache or the way to it says is a {@link CacheError}. */
export interface CacheClient {
  ping(): Promise<void>;
  /** The key ends by itself after this time. */
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** False when there was no such key. */
  delete(key: string): Promise<boolean>;
  state(): Promise<CacheState>;
  /** At once, whatever is still under way. */
  close(): void;
}

export interface CacheState {
  /** Only of caches that have replicas. */
  readonly role?: 'primary' | 'replica';
  /** Of a replica: whether it still hears from its primary. */
  readonly isLinked?: boolean;
  readonly usedBytes: number;
  /** What the cache may take: its limit, or all memory of its machine. */
  readonly limitBytes: number;
  /** Keys thrown out for want of memory since the cache was started. */
  readonly evictions: number;
}

export class CacheError extends CortexError {
  constructor(message: string) {
    super('CORTEX_CHECK_CACHE', message);
  }
}
