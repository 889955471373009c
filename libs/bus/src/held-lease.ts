import type { LeaseRecord } from '@cortex/contracts';
import type { Runtime, RuntimeTimer } from '@cortex/runtime';
import { LeaseLostError } from './errors.ts';
import type { Bucket, Entry, Lease } from './ports.ts';

export interface HeldLeaseOptions {
  readonly key: string;
  readonly token: number;
  /** Monotonic time at which the lease was certainly held: before the request that proved it. */
  readonly provedMs: number;
  readonly ttlMs: number;
  readonly runtime: Pick<Runtime, 'monotonicMs' | 'every'>;
  readonly bucket: Bucket<LeaseRecord>;
  readonly record: () => LeaseRecord;
  readonly closing: AbortSignal;
  readonly onLost: (reason: string) => void;
}

/** A lease that renews itself until it is released or lost. */
export class HeldLease implements Lease {
  readonly key: string;
  readonly token: number;
  readonly #options: HeldLeaseOptions;
  readonly #controller = new AbortController();
  readonly #renewal: RuntimeTimer;
  readonly #watch: RuntimeTimer;
  /** The holder stops this long after the last proof, well before the server lets another holder in. */
  readonly #trustMs: number;
  #revision: number;
  #provedMs: number;
  /** The times in the last two renewals that were requested. */
  #asked = '';
  #unsure = '';
  #lostBecause: string | undefined;
  /** Requests on this lease run one after the other, so that the revision is always known. */
  #busy: Promise<void> = Promise.resolve();

  constructor(options: HeldLeaseOptions) {
    this.key = options.key;
    this.token = options.token;
    this.#options = options;
    this.#revision = options.token;
    this.#provedMs = options.provedMs;
    this.#trustMs = options.ttlMs * 0.8;
    const { runtime, ttlMs } = options;
    this.#renewal = runtime.every(ttlMs / 3, () => void this.#inTurn(() => this.#renew()));
    this.#watch = runtime.every(Math.max(10, ttlMs / 20), () => this.#checkAge());
    options.closing.addEventListener('abort', this.#onClosing, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  isHeld(): boolean {
    this.#checkAge();
    return this.#lostBecause === undefined;
  }

  async assertHeld(): Promise<void> {
    this.#checkAge();
    this.#throwIfLost();
    await this.#inTurn(async () => {
      const entry = await this.#options.bucket.get(this.key);
      // A read does not prolong the lease, so it does not count as a proof for longer: only a renewal does.
      if (entry && this.#isOurs(entry)) this.#revision = entry.revision;
      else this.#lose('the record shows another holder or none');
    }, true);
    this.#checkAge();
    this.#throwIfLost();
  }

  async release(): Promise<void> {
    if (this.#lostBecause !== undefined) return;
    this.#stopRenewing('it was released');
    await this.#inTurn(async () => {
      await this.#options.bucket.delete(this.key, this.#revision);
    });
  }

  async #renew(): Promise<void> {
    this.#checkAge();
    if (this.#lostBecause !== undefined) return;
    const askedMs = this.#options.runtime.monotonicMs();
    const record = this.#options.record();
    this.#unsure = this.#asked;
    this.#asked = record.at;
    const written = await this.#options.bucket.update(this.key, record, this.#revision);
    if (written.ok) {
      this.#revision = written.revision;
      this.#provedMs = askedMs;
      return;
    }
    const entry = await this.#options.bucket.get(this.key);
    if (entry && this.#isOurs(entry)) this.#revision = entry.revision;
    else this.#lose('the renewal met a conflict: it expired or was taken over');
  }

  /** Held by us according to the revision, or according to a renewal whose answer never came. */
  #isOurs({ value, revision }: Entry<LeaseRecord>): boolean {
    if (revision === this.#revision) return true;
    const { holder } = this.#options.record();
    return (
      revision > this.#revision && value.holder === holder && (value.at === this.#asked || value.at === this.#unsure)
    );
  }

  #checkAge(): void {
    if (this.#lostBecause === undefined && this.#options.runtime.monotonicMs() - this.#provedMs > this.#trustMs) {
      this.#lose(`it could not be renewed for ${Math.round(this.#trustMs)} ms`);
    }
  }

  #throwIfLost(): void {
    if (this.#lostBecause !== undefined) throw new LeaseLostError(this.key, this.#lostBecause);
  }

  #lose(reason: string): void {
    if (this.#lostBecause !== undefined) return;
    this.#stopRenewing(reason);
    this.#controller.abort(new LeaseLostError(this.key, reason));
    this.#options.onLost(reason);
  }

  #stopRenewing(reason: string): void {
    this.#lostBecause = reason;
    this.#renewal.cancel();
    this.#watch.cancel();
    this.#options.closing.removeEventListener('abort', this.#onClosing);
  }

  readonly #onClosing = (): void => this.#lose('this process is shutting down');

  async #inTurn(task: () => Promise<void>, mustKnow = false): Promise<void> {
    const turn = this.#busy.then(task);
    this.#busy = turn.catch(() => {});
    try {
      await turn;
    } catch (error) {
      if (mustKnow) throw error;
      // Without an answer nothing is known: the age of the last proof decides.
    }
  }
}
