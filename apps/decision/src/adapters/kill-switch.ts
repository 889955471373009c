import type { Bucket, Consumption } from '@cortex/bus';
import { killSwitchKey, type KillSwitch } from '@cortex/contracts';

/** The kill switch, as its bucket tells it. */
export class KnownKillSwitch {
  readonly #bucket: Bucket<KillSwitch>;
  #value: KillSwitch | undefined;
  /** How often the watch has told something. */
  #told = 0;

  constructor(bucket: Bucket<KillSwitch>) {
    this.#bucket = bucket;
  }

  /** Undefined while it is missing or cannot be read, which counts as ON. */
  get readable(): KillSwitch | undefined {
    return this.#value;
  }

  /** Reads it at its source: the event of a change may overtake the watch. What cannot be read is not known. */
  async refresh(): Promise<void> {
    const told = this.#told;
    const entry = await this.#bucket.get(killSwitchKey).catch(() => undefined);
    if (told === this.#told) this.#value = entry?.value;
  }

  watch(): Promise<Consumption> {
    return this.#bucket.watch(
      (_key, entry) => {
        this.#told += 1;
        this.#value = entry?.value;
      },
      {
        filter: killSwitchKey,
        onInvalid: () => {
          this.#told += 1;
          this.#value = undefined;
        },
      },
    );
  }
}
