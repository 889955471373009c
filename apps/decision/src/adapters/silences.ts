import type { Bucket, Consumption } from '@cortex/bus';
import type { Silence } from '@cortex/contracts';
import { isSilenceActive } from '@cortex/decision';

/** The silences, as their bucket tells them. */
export class KnownSilences {
  readonly #bucket: Bucket<Silence>;
  readonly #silences = new Map<string, Silence>();
  readonly #unreadable = new Set<string>();

  constructor(bucket: Bucket<Silence>) {
    this.#bucket = bucket;
  }

  /** Undefined while there is a record that cannot be read: it may cover anything. */
  get readable(): readonly Silence[] | undefined {
    return this.#unreadable.size > 0 ? undefined : [...this.#silences.values()];
  }

  countActive(now: string): number {
    return [...this.#silences.values()].filter((silence) => isSilenceActive(silence, now)).length;
  }

  /** An event may overtake the watch of the bucket, or come long after it. */
  note(silence: Silence): void {
    const known = this.#silences.get(silence.id);
    const isNewer = known === undefined || (known.createdAt === silence.createdAt && silence.lifted !== undefined);
    if (isNewer) this.#silences.set(silence.id, silence);
  }

  watch(): Promise<Consumption> {
    return this.#bucket.watch(
      (key, entry) => {
        this.#unreadable.delete(key);
        if (entry === undefined) this.#silences.delete(key);
        else this.#silences.set(key, entry.value);
      },
      { onInvalid: (key) => void this.#unreadable.add(key) },
    );
  }
}
