import { BucketMirror } from '@cortex/bus';
import type { Bucket, Consumption } from '@cortex/bus';
import type { Silence } from '@cortex/contracts';
import { isSilenceActive } from '@cortex/suppression';

/** The silences, as their bucket tells them. */
export class KnownSilences {
  readonly #mirror: BucketMirror<Silence>;

  constructor(bucket: Bucket<Silence>) {
    this.#mirror = new BucketMirror(bucket);
  }

  /** Undefined while there is a record that cannot be read: it may cover anything. */
  get readable(): readonly Silence[] | undefined {
    return this.#mirror.unreadable.size > 0 ? undefined : [...this.#mirror.values.values()];
  }

  countActive(now: string): number {
    return [...this.#mirror.values.values()].filter((silence) => isSilenceActive(silence, now)).length;
  }

  /** An event may overtake the watch of the bucket, or come long after it. */
  note(silence: Silence): void {
    const known = this.#mirror.values.get(silence.id);
    const isNewer = known === undefined || (known.createdAt === silence.createdAt && silence.lifted !== undefined);
    if (isNewer) this.#mirror.set(silence.id, silence);
  }

  watch(): Promise<Consumption> {
    return this.#mirror.watch();
  }
}
