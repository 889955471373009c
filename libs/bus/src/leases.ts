import type { LeaseRecord } from '@cortex/contracts';
import { bucketStream, openBucket } from './bucket.ts';
import { BusError } from './errors.ts';
import { HeldLease } from './held-lease.ts';
import type { Link } from './link.ts';
import type { Bucket, Lease, LeaseBucket, Leases, WriteResult } from './ports.ts';
import { request } from './request.ts';

/** Opens the leases of a bucket. The bucket on the server decides their length, and the server's clock ends them. */
export async function openLeases(link: Link, definition: LeaseBucket): Promise<Leases> {
  const stream = bucketStream(definition.name);
  await openBucket(link, definition);
  const { maxAgeMs: ttlMs } = await request(link, { what: 'a look at the leases' }, () =>
    link.jetstream.stream(stream),
  );
  if (!(ttlMs > 0)) {
    throw new BusError('CORTEX_LEASE_WITHOUT_END', `bucket ${definition.name} has no TTL. Run "cortex provision".`);
  }
  // A renewal that takes longer than this has failed: the next one must still come in time.
  const bucket = await openBucket(link, definition, { deadlineMs: Math.max(100, Math.floor(ttlMs / 3)) });
  return new BucketLeases(link, bucket, ttlMs);
}

class BucketLeases implements Leases {
  readonly #link: Link;
  readonly #bucket: Bucket<LeaseRecord>;
  readonly #ttlMs: number;

  constructor(link: Link, bucket: Bucket<LeaseRecord>, ttlMs: number) {
    this.#link = link;
    this.#bucket = bucket;
    this.#ttlMs = ttlMs;
  }

  async acquire(
    key: string,
    purpose: string,
    { reclaim = false }: { readonly reclaim?: boolean } = {},
  ): Promise<Lease | undefined> {
    const { runtime } = this.#link;
    const record = (): LeaseRecord => ({ holder: this.#link.instance, purpose, at: runtime.now().toISOString() });
    const askedMs = runtime.monotonicMs();
    let written = await this.#bucket.create(key, record());
    if (!written.ok && reclaim) written = await this.#takeFromNamesake(key, record());
    if (!written.ok) return undefined;
    return new HeldLease({
      key,
      token: written.revision,
      provedMs: askedMs,
      ttlMs: this.#ttlMs,
      runtime,
      bucket: this.#bucket,
      record,
      closing: this.#link.closing,
      onLost: (reason) => {
        this.#link.logger.warn({ key, reason }, 'a lease was lost');
        this.#link.hooks.leaseLost?.(key);
      },
    });
  }

  async #takeFromNamesake(key: string, record: LeaseRecord): Promise<WriteResult> {
    const entry = await this.#bucket.get(key);
    if (entry?.value.holder !== record.holder) return { ok: false, reason: 'conflict' };
    return this.#bucket.update(key, record, entry.revision);
  }

  async isHeld(key: string): Promise<boolean> {
    return (await this.#bucket.get(key)) !== undefined;
  }

  held(filter: string): Promise<readonly string[]> {
    return this.#bucket.keys(filter);
  }
}
