import { BadEntryError } from '@cortex/bus';
import type { Bucket, Consumption, Entry } from '@cortex/bus';
import { type BreakerRecord, type SafetyPolicy, breakerKey, unescapeToken } from '@cortex/contracts';
import { type BreakerOutcome, isOpenedBy, recordOutcome } from '@cortex/suppression';

/** The breakers, as last seen; only this service counts outcomes. */
export class Breakers {
  readonly #bucket: Bucket<BreakerRecord>;
  readonly policy: SafetyPolicy['breaker'];
  readonly #known = new Map<string, BreakerRecord>();

  constructor(bucket: Bucket<BreakerRecord>, policy: SafetyPolicy['breaker']) {
    this.#bucket = bucket;
    this.policy = policy;
  }

  /** By key: a playbook on a service. */
  get known(): ReadonlyMap<string, BreakerRecord> {
    return this.#known;
  }

  watch(): Promise<Consumption> {
    return this.#bucket.watch(
      (key, entry) => {
        if (entry === undefined) this.#known.delete(key);
        else this.#known.set(key, entry.value);
      },
      { onInvalid: (key) => this.#distrust(key) },
    );
  }

  /** Counts one outcome, once however often it is called. Returns the breaker when this outcome is what opened it. */
  async count(outcome: BreakerOutcome): Promise<BreakerRecord | undefined> {
    const entry = await this.#modify(outcome);
    if (entry === undefined) return undefined;
    this.#known.set(keyOf(outcome), entry.value);
    return isOpenedBy(entry.value, outcome) ? entry.value : undefined;
  }

  async #modify(outcome: BreakerOutcome): Promise<Entry<BreakerRecord> | undefined> {
    try {
      return await this.#bucket.modify(keyOf(outcome), (current) => {
        const next = recordOutcome(current, outcome, this.policy);
        return next === current ? undefined : next;
      });
    } catch (error) {
      if (!(error instanceof BadEntryError)) throw error;
      // Nothing can be counted, and the incident must go on.
      this.#distrust(keyOf(outcome));
      return undefined;
    }
  }

  /** A breaker that cannot be read may be open, so it counts as open. */
  #distrust(key: string): void {
    const [playbookId = '', service] = key.split('.').map(unescapeToken);
    const of = service === undefined ? { playbookId } : { playbookId, service };
    const reason = 'its record cannot be read';
    this.#known.set(key, { ...of, state: 'open', outcomes: [], counted: [], reason });
  }
}

function keyOf({ playbookId, service }: BreakerOutcome): string {
  return breakerKey(playbookId, service);
}
