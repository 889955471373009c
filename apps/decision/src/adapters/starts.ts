import type { Bucket, Consumption } from '@cortex/bus';
import { type EventDraft, type SafetyPolicy, type StartRecord, escapeToken, startWindowMs } from '@cortex/contracts';
import { type Start, clustersOf, limitsOf } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';

interface Slot {
  readonly record: StartRecord;
  readonly revision: number;
  /** By monotonic time. */
  readonly goneAtMs: number;
}

type Taking =
  { readonly kind: 'taken'; readonly key: string; readonly revision: number } | { readonly kind: 'had' | 'full' };

/** A slot that somebody else has is asked for again no sooner, whatever the clocks say. */
const leastMs = 1_000;

/**
 * The limits on how many remediations may begin within a minute. A limit of n is n keys, each of which the server lets go a
 * minute after it was taken: no replica, no restart and no clock of ours makes them more.
 */
export class Starts {
  readonly #bucket: Bucket<StartRecord>;
  readonly #rate: SafetyPolicy['startRate'];
  readonly #runtime: Pick<Runtime, 'now' | 'monotonicMs'>;
  readonly #slots = new Map<string, Slot>();

  constructor(
    bucket: Bucket<StartRecord>,
    rate: SafetyPolicy['startRate'],
    runtime: Pick<Runtime, 'now' | 'monotonicMs'>,
  ) {
    this.#bucket = bucket;
    this.#rate = rate;
    this.#runtime = runtime;
  }

  /** Each start once. */
  known(now: Date): readonly Start[] {
    const starts = new Map<string, Start>();
    const nowMs = this.#runtime.monotonicMs();
    for (const [key, { record, goneAtMs }] of this.#slots) {
      if (goneAtMs <= nowMs) this.#slots.delete(key);
      else
        starts.set(record.executionId, { ...record, until: new Date(now.getTime() + goneAtMs - nowMs).toISOString() });
    }
    return [...starts.values()];
  }

  watch(): Promise<Consumption> {
    return this.#bucket.watch((key, entry) => {
      if (entry === undefined) this.#slots.delete(key);
      else if (this.#slots.get(key)?.revision !== entry.revision)
        this.#note(key, entry.value, entry.revision, this.#leftOf(entry.writtenAtMs));
    });
  }

  /** Takes a slot of each limit for this remediation. False, and none taken, when one is used up; then `known` shows it. */
  async take({ executionId, targets }: EventDraft<'remediation.requested'>['data']): Promise<boolean> {
    const clusters = [...clustersOf(targets.map(({ facts }) => facts))];
    const record = { executionId, service: targets[0]?.service ?? '', clusters };
    const taken = await Promise.all(
      limitsOf(record, this.#rate).map(({ scope, name, limit }) =>
        this.#takeOne(name === '' ? scope : `${scope}.${escapeToken(name)}`, limit, record),
      ),
    );
    if (taken.every(({ kind }) => kind !== 'full')) return true;
    for (const one of taken) {
      if (one.kind !== 'taken') continue;
      this.#slots.delete(one.key);
      await this.#bucket.delete(one.key, one.revision);
    }
    return false;
  }

  async #takeOne(prefix: string, limit: number, record: StartRecord): Promise<Taking> {
    const keys = Array.from({ length: limit }, (_, index) => `${prefix}.${index}`);
    if (keys.some((key) => this.#isOf(key, record))) return { kind: 'had' };
    const nowMs = this.#runtime.monotonicMs();
    for (const key of keys) {
      if ((this.#slots.get(key)?.goneAtMs ?? 0) > nowMs) continue;
      const written = await this.#bucket.create(key, record);
      if (written.ok) {
        this.#note(key, record, written.revision, startWindowMs);
        return { kind: 'taken', key, revision: written.revision };
      }
      const entry = await this.#bucket.get(key);
      if (entry === undefined) continue;
      this.#note(key, entry.value, entry.revision, Math.max(leastMs, this.#leftOf(entry.writtenAtMs)));
      if (this.#isOf(key, record)) return { kind: 'had' };
    }
    return { kind: 'full' };
  }

  #isOf(key: string, { executionId }: StartRecord): boolean {
    const slot = this.#slots.get(key);
    return slot?.record.executionId === executionId && slot.goneAtMs > this.#runtime.monotonicMs();
  }

  #note(key: string, record: StartRecord, revision: number, leftMs: number): void {
    this.#slots.set(key, { record, revision, goneAtMs: this.#runtime.monotonicMs() + leftMs });
  }

  /** How much of its minute is left to what was written then, by the server. */
  #leftOf(writtenAtMs: number): number {
    const ageMs = this.#runtime.now().getTime() - writtenAtMs;
    return Math.min(startWindowMs, Math.max(0, startWindowMs - ageMs));
  }
}
