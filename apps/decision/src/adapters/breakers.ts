import type { Bucket, Consumption } from '@cortex/bus';
import { type BreakerRecord, type SafetyPolicy, escapeToken } from '@cortex/contracts';
import { type BreakerOutcome, isOpenedBy, recordOutcome } from '@cortex/suppression';

/** The breakers, as last seen; only this service counts outcomes. */
export class Breakers {
  readonly #bucket: Bucket<BreakerRecord>;
  readonly #policy: SafetyPolicy['breaker'];
  readonly #known = new Map<string, BreakerRecord>();
  readonly #byKey = new Map<string, string>();

  constructor(bucket: Bucket<BreakerRecord>, policy: SafetyPolicy['breaker']) {
    this.#bucket = bucket;
    this.#policy = policy;
  }

  /** By playbook id. */
  get known(): ReadonlyMap<string, BreakerRecord> {
    return this.#known;
  }

  watch(): Promise<Consumption> {
    return this.#bucket.watch((key, entry) => {
      const playbookId = entry?.value.playbookId ?? this.#byKey.get(key);
      if (playbookId === undefined) return;
      if (entry === undefined) {
        this.#known.delete(playbookId);
        return;
      }
      this.#byKey.set(key, playbookId);
      this.#known.set(playbookId, entry.value);
    });
  }

  /** Counts one outcome, once however often it is called. Returns the breaker when this outcome is what opened it. */
  async count(outcome: BreakerOutcome): Promise<BreakerRecord | undefined> {
    const entry = await this.#bucket.modify(escapeToken(outcome.playbookId), (current) => {
      const next = recordOutcome(current, outcome, this.#policy);
      return next === current ? undefined : next;
    });
    if (entry === undefined) return undefined;
    this.#known.set(outcome.playbookId, entry.value);
    return isOpenedBy(entry.value, outcome) ? entry.value : undefined;
  }
}
