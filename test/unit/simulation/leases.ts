import { leaseTtlMs } from '@cortex/contracts';
import type { LeaseRecord } from '@cortex/contracts';
import type { Clock } from './clock.ts';
import type { Process, Task } from './process.ts';
import { request, sleepUntil } from './process.ts';
import type { Bucket } from './store.ts';

/** The holder stops this long after the last proof, before the server lets anyone else in. */
const trustMs = leaseTtlMs * 0.8;
let made = 0;

/** A hold that renews itself. Mirrors libs/bus/src/held-lease.ts. */
export class Lease {
  readonly key: string;
  readonly token: number;
  readonly #clock: Clock;
  readonly #bucket: Bucket<LeaseRecord>;
  readonly #record: LeaseRecord;
  #revision: number;
  #provedMs: number;
  #isLost = false;

  constructor(
    clock: Clock,
    bucket: Bucket<LeaseRecord>,
    key: string,
    record: LeaseRecord,
    revision: number,
    provedMs: number,
  ) {
    this.#clock = clock;
    this.#bucket = bucket;
    this.key = key;
    this.#record = record;
    this.token = revision;
    this.#revision = revision;
    this.#provedMs = provedMs;
  }

  /** What the real lease says by its abort signal. */
  get isLost(): boolean {
    return this.#isLost || this.#clock.nowMs - this.#provedMs > trustMs;
  }

  /** Asks the server, as {@link isHeldBy} does, for use in a request. */
  isHeldOnServer(): boolean {
    const entry = this.#bucket.get(this.key);
    if (entry?.value.holder === this.#record.holder) this.#revision = entry.revision;
    else this.#isLost = true;
    return !this.isLost;
  }

  *renew(): Task<void> {
    for (;;) {
      yield* sleepUntil(this.#clock.nowMs + leaseTtlMs / 3);
      if (this.isLost) return;
      const askedMs = this.#clock.nowMs;
      const written = yield* request(() => this.#bucket.update(this.key, this.#record, this.#revision));
      if (this.#isLost) return;
      if (written !== undefined) {
        this.#revision = written;
        this.#provedMs = askedMs;
      } else {
        yield* request(() => this.isHeldOnServer());
      }
    }
  }

  *release(): Task<void> {
    if (this.#isLost) return;
    this.#isLost = true;
    yield* request(() => {
      if (this.#bucket.get(this.key)?.value.holder === this.#record.holder) this.#bucket.delete(this.key);
    });
  }
}

export function* acquire(
  process: Process,
  clock: Clock,
  bucket: Bucket<LeaseRecord>,
  key: string,
  purpose: string,
): Task<Lease | undefined> {
  made += 1;
  const record = { holder: `${process.name} ${made}`, purpose, at: clock.now };
  const askedMs = clock.nowMs;
  const revision = yield* request(() => bucket.create(key, record));
  if (revision === undefined) return undefined;
  const lease = new Lease(clock, bucket, key, record, revision, askedMs);
  process.spawn(lease.renew());
  return lease;
}

export function* acquireSlot(
  process: Process,
  clock: Clock,
  bucket: Bucket<LeaseRecord>,
  prefix: string,
  count: number,
  purpose: string,
): Task<Lease | undefined> {
  for (let index = 0; index < count; index += 1) {
    const lease = yield* acquire(process, clock, bucket, `${prefix}.${index}`, purpose);
    if (lease !== undefined) return lease;
  }
  return undefined;
}
